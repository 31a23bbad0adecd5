"""Encodes a partitioned set of images on a Spark cluster, by an exported encoder in ONNX Runtime.

The set is Parquet, a row an image: an id, and a binary column with a byte a pixel, row by row, as encode and Fashion-MNIST
have them. What is written is Parquet, too: the id and the code, an array of floats, a file a partition. The model goes to
the workers within the function that they run; they need Python with what requirements.txt lists, and nothing of ours."""
import argparse
import re
import sys
import time
from pathlib import Path

import numpy as np
import onnxruntime
import pandas as pd
from pyspark.errors import PySparkException
from pyspark.sql import Observation, SparkSession
from pyspark.sql import functions as F
from pyspark.sql.types import ArrayType, BinaryType, FloatType, StructField, StructType

IMAGES, CODES = "images", "codes"  # the names that `stackedae export` gives to the encoder's input and output


class BadInput(ValueError):
    """What is wrong with the model or the set, in a line."""


def load(model):
    """An ONNX Runtime session of the encoder in these bytes, and the number of pixels it takes."""
    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads = options.inter_op_num_threads = 1  # Spark runs a task a core
    session = onnxruntime.InferenceSession(model, options, providers=["CPUExecutionProvider"])
    inputs, outputs = session.get_inputs(), session.get_outputs()
    names = [i.name for i in inputs], [o.name for o in outputs]
    if names != ([IMAGES], [CODES]):
        raise BadInput(f"a model from {names[0]} to {names[1]}, want an encoder from ['{IMAGES}'] to ['{CODES}']")
    return session, inputs[0].shape[1]


def encoder(model, id_column, image_column):
    """The function for mapInPandas: it is called once a partition, and makes one session for all batches of it."""

    def encode(batches):
        session, pixels = load(model)
        for batch in batches:
            ids, images = batch[id_column], batch[image_column]
            for row, image in zip(ids, images):
                if pd.isna(row):
                    raise BadInput("a row without an id")
                if image is None or len(image) != pixels:
                    got = "no image" if image is None else f"an image of {len(image)} bytes"
                    raise BadInput(f"id {row}: {got}, want {pixels} bytes")
            x = np.frombuffer(b"".join(images), np.uint8).reshape(len(images), pixels)
            (codes,) = session.run([CODES], {IMAGES: x.astype(np.float32) / 255})
            yield pd.DataFrame({id_column: ids, "code": list(codes)})

    return encode


def main(arguments):
    try:
        model = Path(arguments.model).read_bytes()
        load(model)  # to fail here if it fails
    except Exception as error:  # ONNX Runtime has many of them
        sys.exit(f"encode.py: {arguments.model}: {error}")

    builder = SparkSession.builder.appName("stackedae encode")
    if arguments.master:
        builder = builder.master(arguments.master)
    spark = builder.config("spark.sql.execution.arrow.maxRecordsPerBatch", arguments.batch_size).getOrCreate()
    try:
        start = time.monotonic()
        images = run(spark, model, arguments)
        print(f"encode.py: {images:,} images in {time.monotonic() - start:.1f} seconds, on {spark.conf.get('spark.master', 'a server')}")
    except (BadInput, PySparkException) as error:
        sys.exit(f"encode.py: {arguments.input}: {in_a_line(error)}")
    finally:
        spark.stop()


def in_a_line(error):
    """What the error says, without the trace of Python that Spark puts around what a worker raises."""
    raised = re.findall(r"^(?:\w+\.)*(\w+(?:Error|Exception)|BadInput): (.*)", str(error), re.MULTILINE)
    if not raised:
        return str(error).splitlines()[0]
    name, said = raised[-1]
    return said if name == BadInput.__name__ else f"{name}: {said}"


def run(spark, model, arguments):
    """Writes the codes; returns the number of images."""
    images = spark.read.parquet(arguments.input)
    for column in arguments.id_column, arguments.image_column:
        if column not in images.columns:
            raise BadInput(f"no column {column}, there are {', '.join(images.columns)}")
    images = images.select(arguments.id_column, arguments.image_column)
    identity, image = images.schema
    if image.dataType != BinaryType():
        raise BadInput(f"column {image.name} is {image.dataType.simpleString()}, want binary")
    schema = StructType([identity, StructField("code", ArrayType(FloatType(), False), False)])
    counted = Observation()
    codes = images.mapInPandas(encoder(model, identity.name, image.name), schema)
    codes.observe(counted, F.count("*").alias("images")).write.parquet(arguments.output)
    return counted.get["images"]


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--model", required=True, metavar="FILE", help="encoder.onnx of `stackedae export --format onnx`")
    parser.add_argument("--input", required=True, metavar="PATH", help="the images, Parquet")
    parser.add_argument("--output", required=True, metavar="PATH", help="where the codes go; nothing may be there yet")
    parser.add_argument("--master", metavar="URL", help="the cluster, if spark-submit or its settings do not say it")
    parser.add_argument("--id-column", default="id", metavar="NAME", help="(id)")
    parser.add_argument("--image-column", default="image", metavar="NAME", help="(image)")
    parser.add_argument("--batch-size", default=1024, type=int, metavar="N", help="images a batch (1024)")
    main(parser.parse_args())
