// The official Node.js client of OpenAI against a server: `node openai_client.cjs URL TEXT ...` prints what it was told,
// as JSON. clients_test.py looks at it.
const OpenAI = require("openai");

const [url, ...texts] = process.argv.slice(2);
const client = new OpenAI({ baseURL: url, apiKey: "none", maxRetries: 0 });

async function problem(request) {
  try {
    await client.embeddings.create(request);
    return null;
  } catch (error) {
    return { kind: error.constructor.name, status: error.status, code: error.code, type: error.type, param: error.param };
  }
}

async function main() {
  const answers = {};
  // Where nothing is said, the client asks for base64 and unpacks it.
  for (const encoding of ["float", "base64", "default"]) {
    const extra = encoding === "default" ? {} : { encoding_format: encoding };
    const answer = await client.embeddings.create({ model: "hash", input: texts, ...extra });
    answers[encoding] = answer.data.map((row) => row.embedding);
    answers.usage = answer.usage;
  }
  answers.models = [];
  for await (const model of client.models.list()) answers.models.push(model.id);
  answers.unknown = await problem({ model: "text-embedding-3-small", input: texts });
  answers.empty = await problem({ model: "hash", input: [] });
  console.log(JSON.stringify(answers));
}

main();
