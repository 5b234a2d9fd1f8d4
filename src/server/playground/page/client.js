// The server's interfaces, as this page uses them.

const state = {
  models: [], // as /v1/akidb/models lists them
  key: '', // in this variable only
  shown: null, // what the last embedding gave, see embed.js
  lit: null, // index of the text that is lit in every view
};

const $ = (id) => document.getElementById(id);

// An element with properties and children; never text that is read as HTML.
function element(name, properties = {}, ...children) {
  const made = document.createElement(name);
  for (const [key, value] of Object.entries(properties)) {
    if (key in made) made[key] = value;
    else made.setAttribute(key, value);
  }
  made.append(...children);
  return made;
}

// A refusal of the server, or that it could not be reached (status 0).
class Refused extends Error {
  constructor(status, message, retryAfter) {
    super(message);
    this.status = status;
    this.retryAfter = retryAfter;
  }
}

// Error bodies of all the wire families that are called here.
function messageOf(body, status) {
  const error = body?.error;
  return error?.message ?? (typeof error === 'string' ? error : null) ?? `The server answered ${status}.`;
}

async function call(path, body, signal) {
  const headers = {};
  if (state.key) headers.authorization = `Bearer ${state.key}`;
  if (body) headers['content-type'] = 'application/json';
  const options = { method: body ? 'POST' : 'GET', headers, signal, cache: 'no-store', redirect: 'error' };
  if (body) options.body = JSON.stringify(body);
  let answer;
  try {
    answer = await fetch(new URL(path, location.href), options);
  } catch (problem) {
    if (problem.name === 'AbortError') throw problem;
    throw new Refused(0, 'The server cannot be reached.');
  }
  const parsed = await answer.json().catch((problem) => {
    if (problem.name === 'AbortError') throw problem;
    return null;
  });
  if (!answer.ok) throw new Refused(answer.status, messageOf(parsed, answer.status), answer.headers.get('retry-after'));
  return parsed;
}

const listModels = () => call('v1/akidb/models').then((answer) => answer.models);
const embedTexts = (request, signal) => call('v1/akidb/embed', request, signal);

// /tokenize takes so many texts in a request.
const TOKENIZE_TEXTS = 32;

async function tokenize(model, promptName, texts, signal) {
  const requests = [];
  for (let begin = 0; begin < texts.length; begin += TOKENIZE_TEXTS) {
    const body = { model, inputs: texts.slice(begin, begin + TOKENIZE_TEXTS) };
    if (promptName) body.prompt_name = promptName;
    requests.push(call('tokenize', body, signal));
  }
  return (await Promise.all(requests)).flat();
}
