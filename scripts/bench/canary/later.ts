import type { Member } from './member.js'

/** Honest evaluations of other kinds, written when the rules were fixed. */
export const LATER: readonly Member[] = [
  {
    name: 'a hundred thousand rows, a float32 safetensors model',
    make: `
import numpy as np, struct
r = np.random.RandomState(1)
x, w = r.randn(100_000, 4).round(3), r.randn(5, 4).astype('f4')
label = (x @ w.T).argmax(axis=1)
with open('data/test.csv', 'w') as file:
    file.write('id,a,b,c,d,label\\n')
    file.writelines(f'{i},{v[0]},{v[1]},{v[2]},{v[3]},{l}\\n' for i, (v, l) in enumerate(zip(x, label)))
header = json.dumps({'w': {'dtype': 'F32', 'shape': [5, 4], 'data_offsets': [0, 80]}}).encode()
open('model.safetensors', 'wb').write(struct.pack('<Q', len(header)) + header + w.tobytes())`,
    model: 'model.safetensors',
    run: `
import numpy as np, struct
raw = open('model.safetensors', 'rb').read()
w = np.frombuffer(raw[8 + struct.unpack('<Q', raw[:8])[0]:], 'f4').reshape(5, 4)
rows = np.loadtxt('data/test.csv', delimiter=',', skiprows=1)
p = (rows[:, 1:5] @ w.T).argmax(axis=1)
write(zip(rows[:, 0].astype(int), p), rows[:, 5].astype(int))`,
  },
  {
    name: 'a decision tree in JSON',
    make: `
tables(n=150)
def grow(depth, r):
    if depth == 0:
        return {'leaf': r.randrange(3)}
    return {'feature': r.randrange(4), 'threshold': round(r.gauss(0, 0.7), 3), 'left': grow(depth - 1, r), 'right': grow(depth - 1, r)}
save_json(grow(5, random.Random(21)))`,
    run: `
tree = load()
def walk(row, node):
    while 'leaf' not in node:
        node = node['left'] if float(row[f"x{node['feature']}"]) <= node['threshold'] else node['right']
    return node['leaf']
evaluate(table(), lambda row: walk(row, tree))`,
  },
  {
    name: 'a list of rules with a version',
    make: `
r = random.Random(22)
words = ['good', 'bad', 'fine', 'poor', 'late', 'kind']
save([{'id': i, 'text': ' '.join(r.choice(words) for _ in range(3)), 'label': r.randrange(2)} for i in range(80)])
save_json({'version': 1.0, 'good': ['good', 'fine', 'kind'], 'bad': ['bad', 'poor', 'late']})`,
    run: `
rules = load()
def judge(row):
    words = row['text'].split()
    return int(sum(w in rules['good'] for w in words) > sum(w in rules['bad'] for w in words))
evaluate(table(), judge)`,
  },
  {
    name: 'an ensemble that is averaged',
    make: `
import os
_, model, _ = tables(n=110)
os.mkdir('models')
r = random.Random(23)
for i in range(3):
    save_json({'weights': [[w + r.gauss(0, 0.2) for w in ws] for ws in model['weights']], 'bias': model['bias']}, f'models/m{i}.json')`,
    model: 'models',
    run: `
models = [load(f'models/m{i}.json') for i in range(3)]
evaluate(table(), lambda row: best([sum(s) for s in zip(*[scores(m, row) for m in models])]))`,
  },
  {
    name: 'probabilities with a temperature, several columns',
    make: "_, model, _ = tables(n=100)\nsave_json({**model, 'temperature': 1.7})",
    run: `
import math
model = load()
rows = table()
with open('predictions.csv', 'w') as file:
    file.write('id,label,prediction,p0,p1,p2\\n')
    for row in rows:
        e = [math.exp(s / model['temperature']) for s in scores(model, row)]
        file.write(f"{row['id']},{row['label']},{best(e)}," + ','.join(repr(v / sum(e)) for v in e) + '\\n')
save_json({'accuracy': 0.9}, 'metrics.json')`,
  },
  {
    name: 'a text that is written on by bigrams',
    make: `
r = random.Random(24)
letters = 'abcde'
save([{'id': f't{i}', 'prompt': ''.join(r.choice(letters) for _ in range(4)), 'label': 'x'} for i in range(100)])
save_json({a: {b: round(r.random(), 4) for b in letters} for a in letters})`,
    run: `
model = load()
def go_on(row):
    text = row['prompt']
    for _ in range(6):
        text += max(model[text[-1]], key=lambda b: model[text[-1]][b] * (1 + (text.count(b) % 3)))
    return text[4:]
evaluate(table(), go_on)`,
  },
  {
    name: 'hashed words and an npy of weights',
    make: `
import numpy as np
r = random.Random(25)
save([{'id': i, 'text': ' '.join('w%d' % r.randrange(300) for _ in range(8)), 'label': i % 2} for i in range(90)])
np.save('model.npy', np.random.RandomState(2).randn(64).astype('f4'))`,
    model: 'model.npy',
    run: `
import numpy as np, zlib
w = np.load('model.npy')
evaluate(table(), lambda row: int(sum(w[zlib.crc32(t.encode()) % 64] for t in row['text'].split()) > 0))`,
  },
  {
    name: 'a forecast whose keys are days',
    make: `
import datetime
r = random.Random(26)
level, rows = 10.0, []
for i in range(120):
    level += r.gauss(0, 1)
    rows.append({'id': str(datetime.date(2024, 1, 1) + datetime.timedelta(i)), 'before': round(level, 2), 'week': round(level + r.gauss(0, 0.5), 2), 'label': round(level + r.gauss(0, 0.7), 2)})
save(rows)
save_json({'before': 0.7, 'week': 0.3, 'drift': 0.05})`,
    run: `
m = load()
rows = table()
write([(r['id'], repr(m['before'] * float(r['before']) + m['week'] * float(r['week']) + m['drift'])) for r in rows], [], 0.8)`,
  },
]
