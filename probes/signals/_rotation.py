"""Turning by a gyroscope's rate: the rotation over a record, without a loop over its samples.

A rotation within one sample is Rodrigues' formula on the mean of two neighbouring rates; their product is formed
pairwise, in about log2(samples) batched steps. With a constant rate the result is exact; else the error falls with
the square of the sample interval.
"""

from __future__ import annotations

import numpy as np

from probes.signals._validity import Float


def rotations(vectors: Float) -> Float:
    """(n, 3, 3) rotation matrices of (n, 3) rotation vectors (rad), Rodrigues' formula."""
    angle = np.linalg.norm(vectors, axis=1)[:, None, None]
    x, y, z = vectors.T
    zero = np.zeros_like(x)
    cross = np.array([[zero, -z, y], [z, zero, -x], [-y, x, zero]]).transpose(2, 0, 1)
    # sin(a)/a and (1 - cos(a))/a**2, through sinc so that a = 0 needs no case
    first, second = np.sinc(angle / np.pi), 0.5 * np.sinc(angle / (2.0 * np.pi)) ** 2
    return np.asarray(np.eye(3) + first * cross + second * (cross @ cross))


def total_rotation(rates_rad_s: Float, interval_s: float) -> Float:
    """The (3, 3) rotation from the last attitude's axes to the first's, of (3, samples) body rates.

    A vector that is fixed in the room and reads ``v`` in the first attitude reads ``total.T @ v`` in the last.
    """
    steps = 0.5 * (rates_rad_s[:, 1:] + rates_rad_s[:, :-1]).T * interval_s
    product = rotations(steps)
    while len(product) > 1:
        odd = product[-1:] if len(product) % 2 else product[:0]
        paired = product[: len(product) // 2 * 2]
        product = np.concatenate((paired[0::2] @ paired[1::2], odd))
    return product[0] if len(product) else np.eye(3)
