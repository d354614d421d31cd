// One JSON line in, one out: a text gives its four normal forms and its lower case.
import { createInterface } from "node:readline";

for await (const line of createInterface({ input: process.stdin })) {
    const text = JSON.parse(line);
    console.log(JSON.stringify([...["NFC", "NFD", "NFKC", "NFKD"].map(form => text.normalize(form)), text.toLowerCase()]));
}
