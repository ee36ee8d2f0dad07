"""What the small evaluations of the family share: a linear model over a table, and how they write."""

import csv
import json
import random


def table(path="data/test.csv", delimiter=","):
    with open(path, newline="") as file:
        return list(csv.DictReader(file, delimiter=delimiter))


def load(path="model.json"):
    with open(path) as file:
        return json.load(file)


def scores(model, row):
    x = [float(row[f"x{i}"]) for i in range(len(model["weights"][0]))]
    return [b + sum(w * v for w, v in zip(ws, x)) for ws, b in zip(model["weights"], model["bias"])]


def best(values):
    return max(range(len(values)), key=lambda i: values[i])


def predict(model, row):
    return best(scores(model, row))


def write(pairs, truth, value=None, show=False):
    """Pairs of key and answer; accuracy against a list of right answers, unless a value is given."""
    pairs = list(pairs)
    with open("predictions.csv", "w") as file:
        file.write("id,label,prediction\n" if show else "id,prediction\n")
        for (key, answer), right in zip(pairs, truth if show else pairs):
            file.write(f"{key},{right},{answer}\n" if show else f"{key},{answer}\n")
    if value is None:
        value = sum(str(a) == str(t) for (_, a), t in zip(pairs, truth)) / len(pairs)
    with open("metrics.json", "w") as file:
        json.dump({"accuracy": value}, file)


def evaluate(rows, answer, truth="label"):
    write([(row["id"], answer(row)) for row in rows], [row[truth] for row in rows])


def make(n=96, features=4, classes=3, seed=7, wrong=0.1, order=None):
    """Rows of a table and the model that answers most of them right."""
    r = random.Random(seed)
    model = {
        "weights": [[round(r.uniform(-2, 2), 3) for _ in range(features)] for _ in range(classes)],
        "bias": [round(r.uniform(-0.2, 0.2), 3) for _ in range(classes)],
    }
    rows = []
    for i in range(n):
        row = {"id": f"r{i:04d}", **{f"x{f}": round(r.gauss(0, 1), 2) for f in range(features)}}
        label = predict(model, row)
        row["label"] = r.randrange(classes) if r.random() < wrong else label
        rows.append(row)
    return rows, model


def save(rows, path="data/test.csv", delimiter=","):
    with open(path, "w", newline="") as file:
        writer = csv.DictWriter(file, rows[0].keys(), delimiter=delimiter, lineterminator="\n")
        writer.writeheader()
        writer.writerows(rows)


def save_json(value, path="model.json"):
    with open(path, "w") as file:
        json.dump(value, file)


def tables(**settings):
    """The usual data and model; the recorded answers, for those who have them."""
    rows, model = make(**settings)
    save(rows)
    save_json(model)
    return rows, model, {row["id"]: predict(model, row) for row in rows}
