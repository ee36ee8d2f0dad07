import csv
import json
import pickle

import yaml
from sklearn.metrics import accuracy_score, f1_score
from sklearn.model_selection import train_test_split

params = yaml.safe_load(open("params.yaml"))["train"]
rows = list(csv.DictReader(open("data/churn.csv")))
_, test = train_test_split(rows, test_size=params["test_size"], random_state=params["seed"])

model = pickle.load(open("model.pkl", "rb"))
predicted = model.predict([[float(row[name]) for name in ("months", "calls", "charge")] for row in test])
truth = [row["churned"] for row in test]

with open("predictions.csv", "w", newline="") as file:
    writer = csv.writer(file)
    writer.writerow(["id", "churned", "predicted"])
    writer.writerows(zip((row["id"] for row in test), truth, predicted))

with open("metrics.json", "w") as file:
    json.dump({"accuracy": accuracy_score(truth, predicted), "f1": f1_score(truth, predicted, pos_label="1")}, file, indent=2)
