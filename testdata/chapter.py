"""What the chapter does to an embedding before it draws it, in numpy: one scale for both coordinates, and the rule that
says which images get a thumbnail."""
import numpy as np


def scaled(points):
    return (points - points.min()) / (points.max() - points.min())


def thumbnails(points):
    """The numbers of the images that are drawn: those farther from all drawn before than the square root of 0.02."""
    taken, picked = np.array([[1.0, 1.0]]), []
    for number, point in enumerate(points):
        if np.min(np.sum((point - taken) ** 2, axis=1)) > 0.02:
            taken = np.r_[taken, [point]]
            picked.append(number)
    return picked
