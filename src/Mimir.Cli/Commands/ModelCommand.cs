using System.CommandLine;
using Mimir.Cli.Storage;
using Mimir.Models.Files;
using Mimir.Models.Transformers;

namespace Mimir.Cli.Commands;

/// <summary>`mimir model`: the store, and tools for model directories.</summary>
public static class ModelCommand
{
    /// <summary>The command with its subcommands.</summary>
    public static Command Create() => new("model", "The store of models, and tools for model directories")
    {
        ModelListCommands.List(), Inspect(), ModelImportCommand.Create(), ModelCheckCommand.Create(), ModelListCommands.Remove(), RoleCommands.Share(), ModelDrafterCommand.Create(),
    };

    private static Command Inspect()
    {
        var directory = new Argument<string>("MODEL") { Description = "A model directory (config.json, safetensors, tokenizer), a name in the store, or a GGUF file" };
        var json = SharedOptions.Json();
        var command = new Command("inspect", "Architecture, the tensors it folds to, and tokenizer of a model; keys and tensors of a GGUF file") { directory, json };
        command.SetAction(result =>
        {
            var (path, output) = (ShippedModel.Or(result.GetValue(directory)), result.InvocationConfiguration.Output);
            if (File.Exists(path)) return GgufReport.Write(path, output, result.GetValue(json));
            using var model = ModelDirectory.Open(path);
            if (result.GetValue(json)) Json.Write(output, Describe(model));
            else Print(output, model);
            return ExitCode.Done;
        });
        return command;
    }

    private static object Describe(ModelDirectory model)
    {
        var layout = model.Weights.Layout;
        return new
        {
            model.Name,
            Family = model.Config.Family.ToString().ToLowerInvariant(),
            layout.Parameters,
            layout.HiddenSize,
            layout.Layers,
            layout.Heads,
            layout.KeyValueHeads,
            layout.HeadSize,
            layout.IntermediateSize,
            layout.VocabularySize,
            layout.MaxPositions,
            Activation = layout.Activation.ToString().ToLowerInvariant(),
            layout.RotaryBase,
            TiedEmbeddings = layout.Head == layout.Embedding,
            LayoutSha256 = Convert.ToHexStringLower(ModelLayoutCodec.Digest(layout)),
            Matrices = layout.Matrices.Select(m => new { m.Name, m.Rows, m.Columns, Bias = m.HasBias, Use = UseOf(m) }),
            Tokenizer = new { model.Tokenizer.Count, model.Tokenizer.BosId, model.Tokenizer.EosIds },
        };
    }

    private static void Print(TextWriter output, ModelDirectory model)
    {
        var layout = model.Weights.Layout;
        var heads = layout.Heads == layout.KeyValueHeads ? $"{layout.Heads} of {layout.HeadSize}" : $"{layout.Heads} of {layout.HeadSize}, {layout.KeyValueHeads} for keys and values";
        Tables.Print(output, model.Name,
        [
            ("Family", model.Config.Family.ToString()),
            ("Weights", Quantity.Count(layout.Parameters)),
            ("Layers", Quantity.Count(layout.Layers)),
            ("Hidden size", Quantity.Count(layout.HiddenSize)),
            ("Heads", heads),
            ("MLP", $"{Quantity.Count(layout.IntermediateSize)}, {layout.Activation}{(layout.GatedMlp ? ", gated" : "")}"),
            ("Positions", layout.RotaryBase is { } b ? $"rotary, base {Quantity.Count((long)b)}" : "learned"),
            ("Longest context", Quantity.Count(layout.MaxPositions)),
            ("Vocabulary", $"{Quantity.Count(layout.VocabularySize)}, {(layout.Head == layout.Embedding ? "embedding is also the head" : "separate head")}"),
            ("Tokenizer", $"{Quantity.Count(model.Tokenizer.Count)} tokens, first {model.Tokenizer.BosId?.ToString() ?? "none"}, last {(model.Tokenizer.EosIds.Count == 0 ? "none" : string.Join(", ", model.Tokenizer.EosIds))}"),
            ("Layout SHA-256", Convert.ToHexStringLower(ModelLayoutCodec.Digest(layout))),
        ]);
        Tables.Print(output, "Secret matrices after folding (names and shapes are public, the numbers are not)",
            layout.Matrices.Select(m => (m.Name, $"{m.Rows} x {m.Columns}{(m.HasBias ? " + bias" : "")}, {UseOf(m)}")));
    }

    private static string UseOf(SecretMatrix matrix) => string.Join(" and ", ((ReadOnlySpan<(MatrixUse, string)>)
        [(MatrixUse.Product, "product"), (MatrixUse.Lookup, "lookup"), (MatrixUse.Rows, "rows")]).ToArray()
        .Where(u => matrix.Use.HasFlag(u.Item1)).Select(u => u.Item2));
}
