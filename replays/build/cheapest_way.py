"""The cheapest way through a sequence of choices. Pure.

Viterbi's algorithm, in blocks: the steps of all blocks are taken at the same time, so that numpy takes the square root
of as many steps as there are choices to make, and a car that stands in doubt for an hour costs no more than
others.
"""

import numpy as np
import numpy.typing as npt

Floats = npt.NDArray[np.float64]
Choices = npt.NDArray[np.intp]


def cheapest_way(cost: Floats) -> Choices:
    """What to choose at each of the m places so that the sum of costs is least: (m,).

    `cost` float64 (choices, choices, m): `cost[i, j, k]` is that of choice j at place k after choice i at the
    one before. At the first place all i count as free.
    """
    choices, _, places = cost.shape
    width = max(int(np.ceil(np.sqrt(places))), 1)
    blocks = -(-places // width)
    padded = np.zeros((choices, choices, blocks * width))
    padded[:, :, :places] = cost
    # (width, choices, choices, blocks): one step of all blocks lies together in memory.
    steps = np.ascontiguousarray(padded.reshape(choices, choices, blocks, width).transpose(3, 0, 1, 2))
    came_from, leaving = _decide(steps, _costs_on_entering(steps))
    way = _ways_back(came_from, leaving)
    return way.T.reshape(-1)[:places]


def _costs_on_entering(steps: Floats) -> Floats:
    """The least cost of having each choice before each block begins: (choices, blocks)."""
    across = steps[0]
    for step in steps[1:]:
        across = (across[:, :, None] + step[None]).min(axis=1)
    enter = np.zeros(across.shape[1:])
    for block in range(1, enter.shape[1]):
        enter[:, block] = (enter[:, block - 1, None] + across[:, :, block - 1]).min(axis=0)
    return enter


def _decide(steps: Floats, cost: Floats) -> tuple[Choices, int]:
    """For each choice the best one before it, (width, choices, blocks), and the best last choice of all."""
    came_from = np.empty((len(steps), *cost.shape), dtype=np.intp)
    for at, step in enumerate(steps):
        through = cost[:, None] + step
        came_from[at] = through.argmin(axis=0)
        cost = through.min(axis=0)
    return came_from, int(cost[:, -1].argmin())


def _ways_back(came_from: Choices, last: int) -> Choices:
    """The choice at each place, (width, blocks), found backwards from the last one."""
    width, choices, blocks = came_from.shape
    ways = np.empty_like(came_from)
    ways[-1] = np.arange(choices)[:, None]
    for at in range(width - 1, 0, -1):
        ways[at - 1] = np.take_along_axis(came_from[at], ways[at], axis=0)
    before = np.take_along_axis(came_from[0], ways[0], axis=0)
    leaving = np.empty(blocks, dtype=np.intp)
    for block in range(blocks - 1, -1, -1):
        leaving[block] = last
        last = before[last, block]
    return np.take_along_axis(ways, np.broadcast_to(leaving, (width, 1, blocks)), axis=1)[:, 0]
