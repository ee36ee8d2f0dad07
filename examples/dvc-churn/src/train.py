import csv
import pickle

import yaml
from sklearn.linear_model import LogisticRegression
from sklearn.model_selection import train_test_split

params = yaml.safe_load(open("params.yaml"))["train"]
rows = list(csv.DictReader(open("data/churn.csv")))
train, _ = train_test_split(rows, test_size=params["test_size"], random_state=params["seed"])

features = [[float(row[name]) for name in ("months", "calls", "charge")] for row in train]
model = LogisticRegression(C=params["C"], max_iter=1000)
model.fit(features, [row["churned"] for row in train])

with open("model.pkl", "wb") as file:
    pickle.dump(model, file)
