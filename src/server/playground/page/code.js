// Code that gives what is on the screen: copied, it runs.

const KEY_VARIABLE = 'AKIDB_EMBED_API_KEY';

const quote = (text) => JSON.stringify(text);
const shellQuote = (text) => `'${text.replaceAll("'", "'\\''")}'`;
const listOf = (texts) => `[\n${texts.map((text) => `    ${quote(text)},`).join('\n')}\n]`;

// What both kinds of input share, as each dialect says it; defaults are left out.
function fieldsOf(dialect, options) {
  const { model, dimensions, normalize, truncation, promptName } = options;
  const fields = { model };
  if (dimensions) fields.dimensions = dimensions;
  if (dialect === 'openai') return fields;
  if (normalize !== 'model') fields.normalize = normalize;
  if (truncation !== 'right') fields.truncation = truncation;
  if (promptName) fields.prompt_name = promptName;
  return fields;
}

function describe(shown) {
  const dialect = $('dialect').value;
  const { texts, query, options } = shown;
  const fields = fieldsOf(dialect, options);
  const own = dialect === 'own';
  const kinds = own ? { texts: options.inputType, query: options.promptName ? 'none' : 'query' } : { texts: 'none', query: 'none' };
  return {
    own,
    texts,
    query,
    fields,
    kinds,
    url: new URL(own ? 'v1/akidb/embed' : 'v1/embeddings', location.href).href,
    field: own ? 'inputs' : 'input',
    hasKey: state.key !== '',
  };
}

function curlOf({ url, field, fields, kinds, texts, query, hasKey }) {
  const command = (inputs, kind) => {
    const body = { ...fields, ...(kind === 'none' ? {} : { input_type: kind }), [field]: inputs };
    const lines = [`curl ${shellQuote(url)}`, "  -H 'Content-Type: application/json'"];
    if (hasKey) lines.push(`  -H "Authorization: Bearer $${KEY_VARIABLE}"`);
    return [...lines, `  -d ${shellQuote(JSON.stringify(body, null, 2))}`].join(' \\\n');
  };
  const texts_ = `# ${texts.length} texts\n${command(texts, kinds.texts)}`;
  return query ? `${texts_}\n\n# the query\n${command([query], kinds.query)}` : texts_;
}

function pythonOf({ own, url, field, fields, kinds, texts, query, hasKey }) {
  const kind = (word) => (word === 'none' ? '' : `, input_type=${quote(word)}`);
  const rows = own ? 'answer["embeddings"]' : '[row["embedding"] for row in answer["data"]]';
  const authorization = hasKey ? `, "Authorization": "Bearer " + os.environ["${KEY_VARIABLE}"]` : '';
  const lines = [
    `import json${hasKey ? ', os' : ''}, urllib.request`,
    '',
    `URL = ${quote(url)}`,
    `HEADERS = {"Content-Type": "application/json"${authorization}}`,
    `FIELDS = ${quote(fields)}`,
    '',
    'def embed(inputs, **more):',
    `    body = json.dumps({**FIELDS, **more, "${field}": inputs}).encode()`,
    '    with urllib.request.urlopen(urllib.request.Request(URL, body, HEADERS)) as response:',
    '        answer = json.load(response)',
    `    return ${rows}`,
    '',
    `texts = ${listOf(texts)}`,
    `vectors = embed(texts${kind(kinds.texts)})`,
    'print(len(vectors), "vectors of", len(vectors[0]), "values")',
  ];
  if (query) {
    lines.push(
      '',
      'def cosine(a, b):',
      '    dot = lambda x, y: sum(map(lambda p, q: p * q, x, y))',
      '    return dot(a, b) / (dot(a, a) * dot(b, b)) ** 0.5',
      '',
      `query = embed([${quote(query)}]${kind(kinds.query)})[0]`,
      'for score, text in sorted(((cosine(query, v), t) for v, t in zip(vectors, texts)), reverse=True)[:10]:',
      '    print(f"{score:.4f}  {text}")',
    );
  }
  return lines.join('\n');
}

function javascriptOf({ own, url, field, fields, kinds, texts, query, hasKey }) {
  const kind = (word) => (word === 'none' ? '' : `, { input_type: ${quote(word)} }`);
  const rows = own ? 'answer.embeddings' : 'answer.data.map((row) => row.embedding)';
  const authorization = hasKey ? `, authorization: \`Bearer \${process.env.${KEY_VARIABLE}}\`` : '';
  const lines = [
    `const url = ${quote(url)};`,
    `const headers = { 'content-type': 'application/json'${authorization} };`,
    `const fields = ${quote(fields)};`,
    '',
    'async function embed(inputs, more) {',
    `  const body = JSON.stringify({ ...fields, ...more, ${field}: inputs });`,
    "  const response = await fetch(url, { method: 'POST', headers, body });",
    '  if (!response.ok) throw new Error(await response.text());',
    '  const answer = await response.json();',
    `  return ${rows};`,
    '}',
    '',
    `const texts = ${listOf(texts)};`,
    `const vectors = await embed(texts${kind(kinds.texts)});`,
    "console.log(vectors.length, 'vectors of', vectors[0].length, 'values');",
  ];
  if (query) {
    lines.push(
      '',
      'const dot = (a, b) => a.reduce((sum, value, i) => sum + value * b[i], 0);',
      'const cosine = (a, b) => dot(a, b) / Math.sqrt(dot(a, a) * dot(b, b));',
      `const [query] = await embed([${quote(query)}]${kind(kinds.query)});`,
      'const near = texts.map((text, i) => [cosine(query, vectors[i]), text]).sort((a, b) => b[0] - a[0]);',
      "for (const [score, text] of near.slice(0, 10)) console.log(score.toFixed(4), '', text);",
    );
  }
  return lines.join('\n');
}

const LANGUAGES = { curl: curlOf, python: pythonOf, javascript: javascriptOf };
const WORDS = 'import|with|as|return|def|for|in|lambda|print|const|async|await|function|if|throw|new|of|curl';
const MARKS = new RegExp(`("(?:[^"\\\\\\n]|\\\\.)*"|'(?:[^'\\\\\\n]|\\\\.)*')|(^#.*$)|\\b(${WORDS})\\b`, 'gm');

// Strings, comments and words of the language in colour.
function coloured(text) {
  const parts = [];
  let plain = 0;
  for (const match of text.matchAll(MARKS)) {
    parts.push(text.slice(plain, match.index));
    const kind = match[1] !== undefined ? 'string' : match[2] !== undefined ? 'comment' : 'word';
    parts.push(element('span', { className: kind }, match[0]));
    plain = match.index + match[0].length;
  }
  return [...parts, text.slice(plain)];
}

const chosenTab = () => document.querySelector('.tabs [aria-selected="true"]');

function showCode() {
  if (!state.shown) return;
  const language = chosenTab().id.replace('tab-', '');
  const text = LANGUAGES[language](describe(state.shown));
  $('code').replaceChildren(...(text.length < 60_000 ? coloured(text) : [text]));
}

function chooseTab(tab) {
  for (const each of document.querySelectorAll('[role="tab"]')) {
    each.setAttribute('aria-selected', each === tab);
    each.tabIndex = each === tab ? 0 : -1;
  }
  $('code-panel').setAttribute('aria-labelledby', tab.id);
  showCode();
}

async function copyCode() {
  try {
    await navigator.clipboard.writeText($('code').textContent);
    $('announce').textContent = 'Copied.';
    $('copy').textContent = 'Copied';
  } catch {
    getSelection().selectAllChildren($('code'));
    $('copy').textContent = 'Selected';
  }
  setTimeout(() => ($('copy').textContent = 'Copy'), 1500);
}

const tabs = document.querySelector('.tabs');
tabs.addEventListener('click', (event) => {
  if (event.target.getAttribute('role') === 'tab') chooseTab(event.target);
});
tabs.addEventListener('keydown', (event) => {
  rove([...tabs.querySelectorAll('[role="tab"]')], event, { ArrowRight: 1, ArrowLeft: -1 });
  if (document.activeElement.getAttribute('role') === 'tab') chooseTab(document.activeElement);
});
$('dialect').addEventListener('change', showCode);
$('copy').addEventListener('click', copyCode);
