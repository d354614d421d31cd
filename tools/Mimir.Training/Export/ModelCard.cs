using System.Globalization;
using System.Text;
using Mimir.Training.Generation;
using Mimir.Training.Network;
using Mimir.Training.Optimization;
using Mimir.Training.Text;
using Mimir.Training.Tokenization;

namespace Mimir.Training.Export;

/// <summary>Measures an exported model and writes its card, <c>README.md</c>.</summary>
internal sealed class ModelCard(string directory, KingJamesText text)
{
    private static readonly string[] Prompts =
        ["In the beginning", "And the king said", "Blessed are they", "The woman went up", "My son,", "Now when Jesus"];

    /// <summary>Evaluates what the files hold (weights rounded to F16), samples, and writes.</summary>
    public void Write()
    {
        NetworkShape shape = NetworkShape.ReadConfig(directory);
        TrainingRecord record = TrainingRecord.Read(directory);
        Perplexity heldOut;
        Perplexity training;
        using (var network = new LlamaNetwork(shape, seed: 0))
        {
            network.Load(ModelDirectory.ReadWeights(directory));
            var tokenizer = new PieceTokenizer(TokenizerJson.Read(directory));
            heldOut = Perplexity.Measure(network, tokenizer, text.HeldOut);
            training = Perplexity.Measure(network, tokenizer, text.Training.Where((_, i) => i % KingJamesText.HeldOutStride == 0));
        }

        string card = string.Create(CultureInfo.InvariantCulture, $"""
            ---
            license: apache-2.0
            language: en
            pipeline_tag: text-generation
            ---

            # mimir-kjv

            A small Llama that writes in the English of the King James Bible. Mimir ships it so that the first run needs no download; the
            project trained it from nothing but the text named below. It knows one book and is no assistant.

            ## Numbers

            | | |
            |---|---|
            | architecture | LlamaForCausalLM, tied embeddings, {shape.ParameterCount:N0} parameters, stored as F16 |
            | sizes | width {shape.Width}, {shape.Layers} layers, {shape.Heads} query heads and {shape.KeyValueHeads} key-value heads of {shape.HeadSize}, inner width {shape.Inner} |
            | tokenizer | BPE with byte fallback, {shape.Vocabulary} tokens, learned from the training part; {(double)heldOut.Bytes / heldOut.Tokens:F2} bytes a token on held-out text |
            | context | {shape.Context} tokens, the length it was trained with |
            | held-out perplexity | **{heldOut.PerToken:F2}** per token, **{heldOut.BitsPerByte:F3}** bits per byte ({text.HeldOut.Count} chapters, {heldOut.Tokens:N0} tokens, {heldOut.Bytes:N0} bytes) |
            | perplexity on training text | {training.PerToken:F2} per token, {training.BitsPerByte:F3} bits per byte (one chapter in twenty) |
            | training | {record.Steps:N0} steps of {record.TokensPerStep:N0} tokens, {record.Epochs:F1} passes over {record.TrainingTokens:N0} tokens, {record.Minutes:F0} minutes on one core of a shared machine, seed {record.Seed} |

            Perplexity is measured with the F16 weights of this directory. A chapter is scored in windows of {shape.Context} tokens, each
            beginning with `<s>`; after a chapter's first window every token has at least {shape.Context / 2} tokens before it. The end token
            of each chapter is counted as a token and as one byte.

            ## Data and licence

            The King James Version as packaged by Debian in `bible-kjv-text` (its copyright file: the copyright of the text has expired,
            the translation dates from 1611). In the United Kingdom printing the text is reserved by letters patent, which is not
            copyright. References were removed; verses follow each other as running text, one chapter one document. Every twentieth
            chapter is held out of the training of both tokenizer and weights. Parallel passages (Kings and Chronicles, the Gospels)
            mean that some held-out sentences have near twins in the training part. The weights are under the project's licence, Apache-2.0.

            ## Training it again

                tools/train

            installs the text, learns the tokenizer, trains, measures, and writes this directory, card included. Seeds are fixed and one
            thread is used, so the same processor type should give the same weights. `tools/train check` checks the directory: size, agreement
            of the logits with an independent float64 forward, and of the token ids with SentencePiece.

            ## Samples

            {Samples(0)}

            {Samples(0.8)}

            ## Limits

            Two million parameters keep the grammar and the manner of the book, not its facts: names, genealogies and quotations come out
            wrong, and a paragraph holds together for a few sentences. Words outside the book are spelled from bytes it hardly saw.
            Nothing it says is religious text or advice. Prompts that resemble the book work best; begin them with a capital.

            """);
        File.WriteAllText(Path.Combine(directory, "README.md"), card.ReplaceLineEndings("\n"));
    }

    private string Samples(double temperature)
    {
        var sampler = new Sampler(directory);
        var lines = new StringBuilder(temperature == 0 ? "Greedy, 60 tokens:" : string.Create(CultureInfo.InvariantCulture, $"Temperature {temperature}, seeds 1, 2, …, not selected:"));
        lines.AppendLine();
        for (int i = 0; i < Prompts.Length; i++)
        {
            string whole = sampler.Continue(Prompts[i], 60, temperature, i + 1);
            lines.AppendLine().Append("* **").Append(Prompts[i]).Append("**").Append(whole.AsSpan(Prompts[i].Length));
        }

        return lines.ToString();
    }
}
