"""Records the .npy and .npz files of this folder with numpy.

Run it in this folder: python make.py
README.md says with which versions the files here were made.
"""

import numpy as np
from numpy.lib import format as npy


def write(name, array, version=(1, 0)):
    with open(name + ".npy", "wb") as f:
        npy.write_array(f, array, version=version)


# The values that the tests expect: 0, 1, 2, ... or these, which hold what
# arithmetic would spoil: both zeros, infinities, the smallest subnormal, the
# largest number, a quiet NaN with a payload and a signalling NaN.
f4 = np.array([0x00000000, 0x80000000, 0x7F800000, 0xFF800000,
               0x00000001, 0x7F7FFFFF, 0x7FC12345, 0x7F812345],
              dtype="<u4").view("<f4")
f8 = np.array([0x0000000000000000, 0x8000000000000000,
               0x7FF0000000000000, 0xFFF0000000000000,
               0x0000000000000001, 0x7FEFFFFFFFFFFFFF,
               0x7FF8123456789ABC, 0x7FF0123456789ABC],
              dtype="<u8").view("<f8")
u1 = np.arange(6, dtype="u1").reshape(2, 3)

# Read back by Read, and written the same, byte for byte, by Write.
write("u1_2d", u1)
write("u1_3d", np.arange(24, dtype="u1").reshape(2, 3, 4))
write("u1_0d", np.array(7, dtype="u1"))
write("f4_special", f4)
write("f8_special", f8)
write("f4_2d", np.arange(12, dtype="<f4").reshape(4, 3) / 8)
write("f8_1d", np.arange(5, dtype="<f8") / 8)
write("f4_empty", np.zeros((0, 30), dtype="<f4"))
# In these the header without padding has 192 and 255 bytes, so that one more
# or less would be seen: data start at multiples of 64.
write("f8_36d", np.full((1,) * 36, 0.5))
write("f8_57d", np.full((1,) * 57, 0.5))

# The same array in the other formats.
write("u1_2d_v2", u1, (2, 0))
write("u1_2d_v3", u1, (3, 0))

# Integers, and arrays in Fortran order.
write("int32", np.array([[-2147483648, 0], [7, 2147483647]], dtype="<i4"))
write("int64", np.array([-9007199254740992, -1, 9007199254740992], dtype="<i8"))
write("fortran", np.asfortranarray(u1))
write("fortran_3d", np.asfortranarray(np.arange(24, dtype="<f4").reshape(2, 3, 4)))

# Refused by Read.
write("int64_beyond", np.array([0, 9007199254740993], dtype="<i8"))
write("big_endian_f4", np.arange(3, dtype=">f4"))
write("big_endian_f8", np.arange(3, dtype=">f8"))
write("bool", np.array([True, False]))
write("float16", np.arange(3, dtype="<f2"))
write("object", np.array([{}, None], dtype=object))
write("structured", np.zeros(2, dtype=[("x", "<f4"), ("y", "<f4")]))
write("structured_v3", np.zeros(2, dtype=[("\u00e9\u4e00", "<f4")]), (3, 0))

# The archives: arrays without names, as weights are saved, and with names.
weights = [f8.reshape(2, 4), f4, u1]
np.savez("stored.npz", *weights)
np.savez_compressed("compressed.npz", *weights)
np.savez("named.npz", codes=f4, labels=u1, other=np.array(["not", "read"], dtype=object))
