// The form, the models, the key and the colours; and the first embedding.

const EXAMPLES = {
  'Space, money, bread': {
    query: 'What do planets look like through a telescope?',
    texts: `The rings of Saturn are mostly water ice.
With binoculars you can see four moons of Jupiter.
A comet's tail always points away from the sun.
Spread your savings over many companies.
Pay off the credit card before you buy shares.
Inflation eats what lies under the mattress.
Let the dough rise overnight in a cool kitchen.
A sourdough starter wants flour every day.`,
  },
  'One meaning, many words': {
    query: 'How do I get my money back?',
    texts: `I would like a refund.
Please return what I paid.
The parcel arrived broken and I want my money back.
Cancel my subscription.
Where is my order?
Has the package been shipped yet?
I forgot my password.
The login page says my account is locked.`,
  },
  'Almost the same': {
    query: 'The dog bit the man.',
    texts: `The man bit the dog.
The man was bitten by the dog.
A dog attacked a man.
The dog did not bite the man.
The cat bit the man.
Man's best friend turned on him.`,
  },
  'Too long for the model': {
    query: 'tides',
    separator: 'blank',
    texts: `The moon pulls at the sea.\n\n${'The moon pulls at the sea, and the sea follows it around the world twice a day. Harbours fill and empty, boats rise and settle on the mud. '.repeat(12)}\n\nA short text about rivers.`,
  },
};

let typing = 0;

function later() {
  countTexts();
  if (!$('live').checked) return;
  clearTimeout(typing);
  typing = setTimeout(embed, 350);
}

function useExample(name) {
  const { texts, query, separator = 'line' } = EXAMPLES[name];
  $('texts').value = texts;
  $('query').value = query;
  $('separator').value = separator;
  countTexts();
}

function factsOf(model) {
  if (model.state === 'loading') return 'The model is loading.';
  if (model.state !== 'ready') return element('span', { className: 'failed' }, 'The model could not be loaded: the log of the server says why.');
  const facts = [`${model.dimension} values`, `${model.max_tokens} tokens at most`, `${model.pooling} pooling`];
  return [...facts, `${model.provider} on ${model.device}`, model.dtype].filter(Boolean).join(' · ');
}

function showModel() {
  const model = state.models.find((each) => each.name === $('model').value);
  if (!model) return;
  $('model-facts').replaceChildren(factsOf(model));
  $('embed').disabled = model.state !== 'ready';
  $('dimensions').max = model.dimension ?? '';
  $('dimensions').placeholder = model.dimension ? `all ${model.dimension}` : 'all';
  const chosen = $('prompt').value;
  $('prompt').replaceChildren(
    element('option', { value: '' }, 'by kind of text'),
    ...Object.keys(model.prompts ?? {}).map((name) => element('option', { value: name }, name)),
  );
  $('prompt').value = model.prompts && chosen in model.prompts ? chosen : '';
}

function showModels(models) {
  const chosen = $('model').value;
  state.models = models;
  const mark = { loading: ' (loading)', failed: ' (failed)' };
  $('model').replaceChildren(
    ...models.map(({ name, state: at }) => element('option', { value: name }, name + (mark[at] ?? ''))),
  );
  $('model').disabled = models.length === 0;
  if (models.some(({ name }) => name === chosen)) $('model').value = chosen;
  showModel();
}

// Asks until no model is loading any more, then embeds what stands in the form.
async function begin() {
  try {
    showModels(await listModels());
    $('problem').hidden = true;
    if (!$('embed').disabled && !state.shown) embed();
    if (state.models.some((each) => each.state === 'loading')) setTimeout(begin, 1000);
  } catch (problem) {
    if (!(problem instanceof Refused)) throw problem;
    complain(problem);
    if (problem.status !== 401) setTimeout(begin, 3000);
  }
}

function openKeyPanel() {
  $('key-panel').hidden = false;
  $('key-button').setAttribute('aria-expanded', 'true');
  $('key').focus();
}

function closeKeyPanel() {
  $('key-panel').hidden = true;
  $('key-button').setAttribute('aria-expanded', 'false');
}

function useKey(key) {
  state.key = key;
  $('key-button').textContent = key ? 'Key ✓' : 'Key';
  $('announce').textContent = key ? 'The key is in use.' : 'The key is forgotten.';
  closeKeyPanel();
  $('key-button').focus();
  showCode();
  begin();
}

const prefersDark = matchMedia('(prefers-color-scheme: dark)');

function useTheme(theme) {
  if (theme) document.documentElement.dataset.theme = theme;
  const isDark = (theme ?? (prefersDark.matches ? 'dark' : 'light')) === 'dark';
  $('theme-button').setAttribute('aria-pressed', isDark);
  $('theme-button').textContent = isDark ? '☾' : '☀';
  if (state.shown) showTokens(); // its strips are painted, not styled
}

$('write').addEventListener('submit', (event) => {
  event.preventDefault();
  embed({ scroll: true });
});
$('write').addEventListener('keydown', (event) => {
  if (event.key === 'Enter' && (event.ctrlKey || event.metaKey)) embed({ scroll: true });
});
$('write').addEventListener('input', later);
$('example').append(...Object.keys(EXAMPLES).map((name) => element('option', { value: name }, name)));
$('example').addEventListener('change', () => {
  if ($('example').value) useExample($('example').value);
  $('example').value = '';
  embed();
});
$('model').addEventListener('change', () => {
  showModel();
  embed();
});
$('key-button').addEventListener('click', () => ($('key-panel').hidden ? openKeyPanel() : closeKeyPanel()));
$('key-panel').addEventListener('submit', (event) => {
  event.preventDefault();
  useKey($('key').value.trim());
});
$('key-panel').addEventListener('keydown', (event) => {
  if (event.key === 'Escape') closeKeyPanel();
});
$('key-forget').addEventListener('click', () => {
  $('key').value = '';
  useKey('');
});
$('theme-button').addEventListener('click', () =>
  useTheme($('theme-button').getAttribute('aria-pressed') === 'true' ? 'light' : 'dark'),
);
prefersDark.addEventListener('change', () => useTheme(document.documentElement.dataset.theme));

useTheme();
useExample('Space, money, bread');
begin();
