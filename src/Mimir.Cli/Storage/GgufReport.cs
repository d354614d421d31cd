using Mimir.Models;
using Mimir.Models.Gguf;
using Mimir.Models.Gguf.Conversion;

namespace Mimir.Cli.Storage;

/// <summary>What a GGUF file holds, and whether Mimir imports it.</summary>
public static class GgufReport
{
    /// <summary>Prints it; the exit status.</summary>
    /// <exception cref="ModelFormatException">Not a GGUF file that can be read.</exception>
    public static int Write(string path, TextWriter output, bool json)
    {
        using var file = GgufFile.Open(path);
        var (refusal, config) = Try(file);
        var types = file.Tensors.Values.GroupBy(t => t.Type).OrderBy(g => g.Key).Select(g => (Type: g.Key.Name(), Tensors: g.Count(), Bytes: g.Sum(t => t.Bytes))).ToArray();
        var weights = file.Tensors.Values.Sum(t => t.Elements);
        var architecture = file.Metadata.FindText("general.architecture");
        if (json)
        {
            Json.Write(output, new
            {
                File = path, Architecture = architecture, Name = file.Metadata.FindText("general.name"), Weights = weights, Imports = refusal is null, Refusal = refusal,
                Types = types.Select(t => new { t.Type, t.Tensors, t.Bytes }), Config = config,
                Tensors = file.Tensors.Values.Select(t => new { t.Name, Type = t.Type.Name(), t.Shape }),
            });
            return ExitCode.Done;
        }
        Tables.Print(output, Path.GetFileName(path),
        [
            ("Architecture", architecture ?? "none"), ("Weights", Quantity.Count(weights)),
            .. types.Select(t => ($"  {t.Type}", $"{t.Tensors} tensors, {Quantity.Bytes(t.Bytes)}")),
            ("Tokens", Quantity.Count(file.Metadata.FindTexts("tokenizer.ggml.tokens")?.Count ?? 0)),
            ("Import", refusal ?? "possible: 'mimir model import' converts it"),
        ]);
        return ExitCode.Done;
    }

    private static (string? Refusal, System.Text.Json.Nodes.JsonObject? Config) Try(GgufFile file)
    {
        try
        {
            var conversion = new GgufConversion(file);
            conversion.WriteTokenizer(Stream.Null);
            return (null, conversion.Config);
        }
        catch (ModelFormatException refused)
        {
            return (refused.Message, null);
        }
    }
}
