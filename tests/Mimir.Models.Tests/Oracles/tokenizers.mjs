// One JSON line in, one out: {tokenizer, texts, ids} gives {encoded, plain, decoded}.
import { createInterface } from "node:readline";
import { Tokenizer } from "@huggingface/tokenizers";

for await (const line of createInterface({ input: process.stdin })) {
    const { tokenizer, texts, ids } = JSON.parse(line);
    const it = new Tokenizer(tokenizer, {});
    console.log(JSON.stringify({
        encoded: texts.map(text => it.encode(text).ids),
        plain: texts.map(text => it.encode(text, { add_special_tokens: false }).ids),
        decoded: ids.map(list => list.length === 0 ? "" : it.decode(list, { skip_special_tokens: true, clean_up_tokenization_spaces: false })),
    }));
}
