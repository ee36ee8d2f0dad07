"""Evaluates the model on the test set: writes metrics.json and predictions.csv."""

import csv
import json

import joblib
from sklearn.metrics import accuracy_score, f1_score, log_loss

from digits import MODEL, load


def main():
    ids, labels, pixels = load("data/test.csv")
    model = joblib.load(MODEL)
    predicted = model.predict(pixels)
    probabilities = model.predict_proba(pixels)

    metrics = {
        "accuracy": float(accuracy_score(labels, predicted)),
        "f1_macro": float(f1_score(labels, predicted, average="macro")),
        "log_loss": float(log_loss(labels, probabilities, labels=model.classes_)),
    }
    with open("metrics.json", "w") as file:
        json.dump(metrics, file, indent=2)
        file.write("\n")

    with open("predictions.csv", "w", newline="") as file:
        writer = csv.writer(file, lineterminator="\n")
        writer.writerow(["id", "label", "prediction", "score"])
        for row in zip(ids, labels, predicted, probabilities.max(axis=1)):
            identifier, label, prediction, score = row
            # repr writes every digit that is needed to read the same number back.
            writer.writerow([identifier, int(label), int(prediction), repr(float(score))])
    print(f"accuracy {metrics['accuracy']:.6f} on {len(ids)} digits")


if __name__ == "__main__":
    main()
