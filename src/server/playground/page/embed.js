// From the form to what is shown.

const MOST_TEXTS = 1000; // that the page takes: the server takes more

let running = null; // the AbortController of the request that is under way

function readTexts() {
  const separator = $('separator').value === 'blank' ? /\n[ \t]*\n+/ : /\n/;
  const texts = $('texts').value.split(separator).map((text) => text.trim());
  return texts.filter((text) => text !== '');
}

function readOptions() {
  return {
    model: $('model').value,
    inputType: $('input-type').value,
    promptName: $('prompt').value,
    dimensions: $('dimensions').value === '' ? null : Number($('dimensions').value),
    normalize: $('normalize').value,
    truncation: $('truncation').value,
  };
}

function requestOf(options, inputs, inputType) {
  const request = { model: options.model, inputs, normalize: options.normalize, truncation: options.truncation };
  if (options.dimensions !== null) request.dimensions = options.dimensions;
  if (options.promptName) request.prompt_name = options.promptName;
  else request.input_type = inputType;
  return request;
}

async function timed(promise) {
  const begin = performance.now();
  const answer = await promise;
  return { ...answer, roundTrip: performance.now() - begin };
}

// The name of the prompt that goes before the texts, as far as the model's own names say it.
function promptOf(options) {
  const model = state.models.find((each) => each.name === options.model);
  const name = options.promptName || (options.inputType === 'none' ? '' : options.inputType);
  return model?.prompts && name in model.prompts ? name : '';
}

async function fetchAll(texts, query, options, signal) {
  const answer = await timed(embedTexts(requestOf(options, texts, options.inputType), signal));
  const [asked, tokens] = await Promise.all([
    query ? embedTexts(requestOf(options, [query], 'query'), signal) : null,
    tokenize(options.model, promptOf(options), texts, signal).catch((problem) => {
      if (problem instanceof Refused && problem.status !== 401) return problem;
      throw problem;
    }),
  ]);
  const vectors = answer.embeddings.map(unit);
  const queryVector = asked ? unit(asked.embeddings[0]) : null;
  const isProblem = tokens instanceof Refused;
  return {
    texts,
    query,
    options,
    vectors,
    queryVector,
    dimension: answer.dimension,
    usage: answer.usage,
    reports: answer.inputs,
    roundTrip: answer.roundTrip,
    truncation: options.truncation,
    tokens: isProblem ? null : tokens,
    tokensProblem: isProblem ? `No tokens: ${tokens.message}` : '',
    low: coldest([...vectors.slice(0, HEAT_TEXTS), ...(queryVector ? [queryVector] : [])]),
  };
}

function show(shown) {
  state.shown = shown;
  state.lit = null;
  shown.nearest = shown.queryVector
    ? [...shown.texts.keys()].sort((a, b) => cosineOf(-1, b) - cosineOf(-1, a))
    : [];
  $('results').hidden = false;
  showTimings(shown);
  showNeighbours(shown.queryVector ? -1 : 0);
  showMap();
  showHeatMap(shown);
  showTokens();
  showCode();
  const cut = shown.usage.truncated_inputs;
  $('announce').textContent =
    `${shown.texts.length} texts embedded in ${milliseconds(shown.roundTrip).join(' ')}` +
    `${cut > 0 ? `, ${cut} of them cut` : ''}${shown.nearest.length ? `; nearest to the query is text ${shown.nearest[0] + 1}` : ''}.`;
}

function complain(problem) {
  const wait = problem.retryAfter ? ` Try again in ${problem.retryAfter} s.` : '';
  $('problem').textContent = problem.status === 401 ? 'This server wants an API key.' : problem.message + wait;
  $('problem').hidden = false;
  if (problem.status === 401) openKeyPanel();
}

async function embed({ scroll = false } = {}) {
  const all = readTexts();
  countTexts(all.length);
  if (all.length === 0 || $('embed').disabled) return;
  running?.abort();
  const mine = (running = new AbortController());
  document.body.classList.add('busy');
  try {
    show(await fetchAll(all.slice(0, MOST_TEXTS), $('query').value.trim(), readOptions(), mine.signal));
    $('problem').hidden = true;
    if (scroll && $('results').getBoundingClientRect().top > innerHeight * 0.7) $('results').scrollIntoView({ behavior: 'smooth' });
  } catch (problem) {
    if (problem.name === 'AbortError') return;
    if (!(problem instanceof Refused)) throw problem;
    complain(problem);
  } finally {
    if (running === mine) document.body.classList.remove('busy');
  }
}

function countTexts(count = readTexts().length) {
  const note = `${count} ${count === 1 ? 'text' : 'texts'}, one ${$('separator').value === 'blank' ? 'a paragraph' : 'a line'}`;
  $('texts-note').textContent = count > MOST_TEXTS ? `${note}: the first ${MOST_TEXTS} are shown` : note;
}
