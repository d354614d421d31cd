// A streamed chat by the official client, unmodified: chat.mjs BASE_URL API_KEY MODEL PROMPT. Prints one JSON object.
import OpenAI from "openai";

const [baseURL, apiKey, model, prompt] = process.argv.slice(2);
const client = new OpenAI({ baseURL, apiKey, maxRetries: 0 });
const models = [];
for await (const one of client.models.list()) models.push(one.id);
const stream = await client.chat.completions.create({
  model,
  messages: [{ role: "user", content: prompt }],
  max_tokens: 5,
  temperature: 0,
  stream: true,
  stream_options: { include_usage: true },
});
let text = "", finish = null, usage = null, pieces = 0;
for await (const chunk of stream) {
  pieces++;
  text += chunk.choices[0]?.delta?.content ?? "";
  finish ??= chunk.choices[0]?.finish_reason ?? null;
  usage = chunk.usage ?? usage;
}
let refusal = null;
try {
  await client.chat.completions.create({ model, messages: [{ role: "user", content: prompt }], temperature: -1 });
} catch (error) {
  refusal = { status: error.status, param: error.param, code: error.code, kind: error.constructor.name };
}
console.log(JSON.stringify({ models, text, finish, usage, pieces, refusal }));
