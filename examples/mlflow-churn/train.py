import mlflow
import pandas as pd
from sklearn.linear_model import LogisticRegression
from sklearn.metrics import accuracy_score, f1_score
from sklearn.model_selection import train_test_split

SEED = 42
FEATURES = ["months", "calls", "charge"]

mlflow.set_tracking_uri("file:./mlruns")
mlflow.set_experiment("churn")

frame = pd.read_csv("data/churn.csv")
train, test = train_test_split(frame, test_size=0.25, random_state=SEED)

with mlflow.start_run(run_name="baseline"):
    mlflow.log_params({"C": 0.5, "test_size": 0.25, "random_state": SEED})
    mlflow.log_input(mlflow.data.from_pandas(frame, source="data/churn.csv", name="churn"), context="training")

    model = LogisticRegression(C=0.5, max_iter=1000).fit(train[FEATURES], train["churned"])
    predicted = model.predict(test[FEATURES])

    mlflow.log_metric("accuracy", accuracy_score(test["churned"], predicted))
    mlflow.log_metric("f1", f1_score(test["churned"], predicted))
    mlflow.sklearn.log_model(model, name="model")
