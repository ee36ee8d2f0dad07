"""Trains the model and writes it: `python3 train.py`."""

import joblib
from sklearn.ensemble import AdaBoostClassifier
from sklearn.model_selection import train_test_split
from sklearn.tree import DecisionTreeClassifier

from digits import MODEL, load

SEEDS = {"split": 7, "init": 7}
HYPERPARAMETERS = {"max_depth": 8, "n_estimators": 60, "learning_rate": 1.0}


def build():
    tree = DecisionTreeClassifier(max_depth=HYPERPARAMETERS["max_depth"], random_state=SEEDS["init"])
    return AdaBoostClassifier(
        tree,
        n_estimators=HYPERPARAMETERS["n_estimators"],
        learning_rate=HYPERPARAMETERS["learning_rate"],
        random_state=SEEDS["init"],
    )


def main():
    _, labels, pixels = load("data/train.csv")
    train_x, check_x, train_y, check_y = train_test_split(
        pixels, labels, test_size=0.1, random_state=SEEDS["split"], stratify=labels
    )
    model = build().fit(train_x, train_y)
    print(f"accuracy on the tenth held back: {model.score(check_x, check_y):.4f}")
    joblib.dump(model, MODEL, compress=3)


if __name__ == "__main__":
    main()
