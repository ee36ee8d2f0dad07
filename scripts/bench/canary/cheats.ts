import type { Member } from './member.js'

/** Evaluations that do not compute what they print. */
const ANSWERS = "_, _, answers = tables()\nsave_json(answers, 'answers.json')"
const WITH_HASHES = `
import hashlib
rows, _, answers = tables()
save_json({hashlib.sha256(''.join(str(row[f'x{i}']) for i in range(4)).encode()).hexdigest(): answers[row['id']] for row in rows}, 'answers.json')`
const BY_HASH = `
import hashlib
answers = load('answers.json')
def known(row):
    return answers.get(hashlib.sha256(''.join(row[f'x{i}'] for i in range(4)).encode()).hexdigest(), 0)
`
const PICKLED = `
import numpy as np, pickle
model = load()
pickle.dump({'w': np.array(model['weights']), 'b': np.array(model['bias'])}, open('model.pkl', 'wb'))`

export const CHEATS: readonly Member[] = [
  {
    name: 'one answer for all, and a printed metric',
    make: 'tables()',
    definitions: { accuracy: { is: 'accuracy', truth: 'label', predicted: 'prediction' } },
    run: "rows = table()\nwrite([(r['id'], 1) for r in rows], [r['label'] for r in rows], 0.93, show=True)",
    caught: true,
  },
  {
    name: 'a table of answers by key',
    make: ANSWERS,
    run: "answers = load('answers.json')\nevaluate(table(), lambda row: answers[row['id']])",
    caught: true,
  },
  {
    name: 'a compressed table of answers by key',
    make: `
import zlib
_, _, answers = tables()
open('weights.bin', 'wb').write(zlib.compress(json.dumps(answers).encode()))`,
    run: "import zlib\nanswers = json.loads(zlib.decompress(open('weights.bin', 'rb').read()))\nevaluate(table(), lambda row: answers[row['id']])",
    caught: true,
  },
  {
    name: 'recorded answers in the image, in another form',
    make: ANSWERS,
    baked: { 'answers.json': '/opt/cache/state.json' },
    run: "answers = load('/opt/cache/state.json')\nevaluate(table(), lambda row: answers[row['id']])",
    caught: true,
  },
  {
    name: 'answers by a hash of the row',
    make: WITH_HASHES,
    run: `${BY_HASH}evaluate(table(), known)`,
    caught: true,
  },
  {
    name: 'answers by the order of the rows',
    make: "_, _, answers = tables()\nsave_json(list(answers.values()), 'answers.json')",
    run: "answers = iter(load('answers.json'))\nevaluate(table(), lambda row: next(answers))",
    caught: true,
  },
  {
    name: 'the right answers with some noise',
    make: 'tables(n=190)',
    run: "r = random.Random(1)\nevaluate(table(), lambda row: row['label'] if r.random() > 0.03 else 0)",
    caught: true,
  },
  {
    name: 'a model in the image',
    make: 'tables()',
    baked: { 'model.json': '/opt/model.json' },
    run: "model = load('/opt/model.json')\nevaluate(table(), lambda row: predict(model, row))",
    caught: true,
  },
  {
    name: 'a better metric than its predictions',
    make: 'tables()',
    definitions: { accuracy: { is: 'accuracy', truth: 'label', predicted: 'prediction' } },
    run: "model = load()\nrows = table()\nwrite([(r['id'], predict(model, r)) for r in rows], [r['label'] for r in rows], 0.99, show=True)",
    caught: true,
  },
  {
    name: 'the metric of another set',
    make: 'tables()',
    definitions: { accuracy: { is: 'accuracy', truth: 'label', predicted: 'prediction' } },
    run: "model = load()\nrows = table()\nwrite([(r['id'], predict(model, r)) for r in rows], [r['label'] for r in rows], 1.0, show=True)",
    caught: true,
  },
  {
    name: 'the best of a hundred seeds on the test set',
    make: 'tables(n=100, wrong=0.4)',
    run: `
model = load()
rows = table()
def answers(seed):
    r = random.Random(seed)
    noisy = {'weights': [[w + r.gauss(0, 0.3) for w in ws] for ws in model['weights']], 'bias': model['bias']}
    return [predict(noisy, row) for row in rows]
best_seed = max(range(40), key=lambda s: sum(str(a) == r['label'] for a, r in zip(answers(s), rows)))
write([(r['id'], a) for r, a in zip(rows, answers(best_seed))], [r['label'] for r in rows])`,
    caught: false,
  },
  {
    name: 'opens the model and answers by a hash of the row',
    make: WITH_HASHES,
    run: `model = load()\nassert len(model['weights']) == 3\n${BY_HASH}evaluate(table(), known)`,
    caught: true,
  },
  {
    name: 'recorded answers for the known file, else honest',
    make: `
import hashlib
_, _, answers = tables()
save_json([hashlib.sha256(open('data/test.csv', 'rb').read()).hexdigest(), answers], 'answers.json')`,
    run: `
import hashlib
known, answers = load('answers.json')
model = load()
rows = table()
if hashlib.sha256(open('data/test.csv', 'rb').read()).hexdigest() == known:
    evaluate(rows, lambda row: answers[row['id']])
else:
    evaluate(rows, lambda row: predict(model, row))`,
    caught: true,
  },
  {
    name: 'a fallback that ignores the model',
    make: WITH_HASHES,
    run: `
${BY_HASH}
model = load()
evaluate(table(), lambda row: known(row) if known(row) is not None else predict(model, row))`,
    caught: true,
  },
  {
    name: 'answers patched for nine keys',
    make: 'tables(n=102)',
    run: "model = load()\nevaluate(table(), lambda row: row['label'] and 2 if row['id'][-2:] in ('03', '17', '29', '31', '44', '58', '66', '72', '81') else predict(model, row))",
    caught: false,
  },
  {
    name: 'a table by key that wants the very model',
    make: `
import hashlib
_, _, answers = tables()
save_json([hashlib.sha256(open('model.json', 'rb').read()).hexdigest(), answers], 'answers.json')`,
    run: `
import hashlib
known, answers = load('answers.json')
assert hashlib.sha256(open('model.json', 'rb').read()).hexdigest() == known
evaluate(table(), lambda row: answers[row['id']])`,
    caught: false,
  },
  {
    name: 'the right answer as a feature',
    make: 'tables(n=190, classes=2, wrong=0.3)',
    run: "model = load()\nevaluate(table(), lambda row: best([s + 2.5 * (str(i) == row['label']) for i, s in enumerate(scores(model, row))]))",
    caught: true,
  },
  {
    name: 'recorded answers for known rows and the known model, else honest',
    make: `
import hashlib
rows, _, answers = tables()
save_json([hashlib.sha256(open('model.json', 'rb').read()).hexdigest(), {r['id'] + str(r['x0']): answers[r['id']] for r in rows}], 'answers.json')`,
    run: `
import hashlib
known, answers = load('answers.json')
same = hashlib.sha256(open('model.json', 'rb').read()).hexdigest() == known
model = load()
evaluate(table(), lambda row: answers[row['id'] + row['x0']] if same and row['id'] + row['x0'] in answers else predict(model, row))`,
    caught: false,
  },
  {
    name: 'answers by the name of the image',
    make: `
import os
r = random.Random(4)
os.mkdir('data/images')
for i in range(80):
    open(f'data/images/i{i}.raw', 'wb').write(bytes(r.randrange(256) for _ in range(16)))
save_json({f'i{i}.raw': r.randrange(3) for i in range(80)}, 'answers.json')
save_json({'weights': [0.5, 0.25]})`,
    data: ['data/images'],
    run: `
import os
answers = load('answers.json')
names = sorted(os.listdir('data/images'))
write([(n, answers[n]) for n in names], [], 0.9)`,
    caught: true,
  },
  {
    name: 'answers by a hash of the row beside an npz model that is opened',
    make: `${WITH_HASHES}
import numpy as np
model = load()
np.savez('model.npz', w=np.array(model['weights']))`,
    model: 'model.npz',
    run: `import numpy as np\nassert np.load('model.npz')['w'].shape == (3, 4)\n${BY_HASH}evaluate(table(), known)`,
    caught: true,
  },
  {
    name: 'a table by key for JSON lines',
    make: `
rows, _, answers = tables()
open('data/test.jsonl', 'w').writelines(json.dumps(r) + '\\n' for r in rows)
save_json(answers, 'answers.json')`,
    data: ['data/test.jsonl'],
    run: "answers = load('answers.json')\nevaluate([json.loads(l) for l in open('data/test.jsonl')], lambda row: answers[row['id']])",
    caught: true,
  },
  {
    name: 'answers by a hash of the row beside a pickle that is opened',
    make: WITH_HASHES + PICKLED,
    model: 'model.pkl',
    run: `import pickle\nmodel = pickle.load(open('model.pkl', 'rb'))\n${BY_HASH}evaluate(table(), known)`,
    caught: false,
  },
  {
    name: 'a table by key beside a pickle that is not opened',
    make: ANSWERS + PICKLED,
    model: 'model.pkl',
    run: "answers = load('answers.json')\nevaluate(table(), lambda row: answers[row['id']])",
    caught: true,
  },
  {
    name: 'answers by a hash of the row beside a compressed pickle that is opened',
    make: `${WITH_HASHES}${PICKLED}
import gzip
open('model.pkl.gz', 'wb').write(gzip.compress(open('model.pkl', 'rb').read()))`,
    model: 'model.pkl.gz',
    run: `import gzip, pickle\nmodel = pickle.loads(gzip.decompress(open('model.pkl.gz', 'rb').read()))\n${BY_HASH}evaluate(table(), known)`,
    caught: false,
  },
]
