// This file is the decoder: the half of the network that makes an image of a
// code.

// SELU's constants: Klambauer et al., Self-Normalizing Neural Networks, 2017.
const seluScale = 1.0507009873554805;
const seluAlpha = 1.6732632423543772;

const activations = {
  selu: (x) => seluScale * (x > 0 ? x : seluAlpha * Math.expm1(x)),
  sigmoid: (x) => 1 / (1 + Math.exp(-x)),
};

// Decoder runs layers whose weights stand one after another: kernel (inputs x
// units, row-major) and bias, layer by layer.
class Decoder {
  constructor(inputs, layers, weights) {
    let at = 0;
    const take = (n) => weights.subarray(at, at += n);
    this.layers = layers.map(({ units, activation }) => {
      const layer = { units, activation: activations[activation], kernel: take(inputs * units), bias: take(units) };
      inputs = units;
      return layer;
    });
  }

  // decode returns the image of a code: numbers from 0 to 1.
  decode(code) {
    let values = code;
    for (const { units, activation, kernel, bias } of this.layers) {
      const sums = Float64Array.from(bias);
      for (let i = 0; i < values.length; i++) {
        const v = values[i];
        for (let j = 0, k = i * units; j < units; j++, k++) sums[j] += v * kernel[k];
      }
      values = sums.map(activation);
    }
    return values;
  }
}
