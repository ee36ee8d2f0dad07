"""What training and evaluation share."""

import csv

import numpy as np

MODEL = "models/digits/model.pkl"


def load(path):
    """Ids, labels and pixels of a CSV file: arrays of n texts, n whole numbers and n × 64 numbers."""
    with open(path, newline="") as file:
        rows = list(csv.reader(file))[1:]
    ids = np.array([row[0] for row in rows])
    labels = np.array([int(row[1]) for row in rows])
    pixels = np.array([[float(value) for value in row[2:]] for row in rows])
    return ids, labels, pixels
