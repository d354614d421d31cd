using Mimir.Training.Network;
using Mimir.Training.Tokenization;

namespace Mimir.Training.Export;

/// <summary>A model directory in the Hugging Face layout.</summary>
internal static class ModelDirectory
{
    /// <summary>The most that the files of a model directory may take together.</summary>
    public const long LargestSize = 6_000_000;

    /// <summary>Writes configuration, weights and tokenizer; an existing model is replaced only when the new one is complete.</summary>
    public static void Write(string directory, NetworkShape shape, IReadOnlyDictionary<string, float[]> values, Vocabulary vocabulary)
    {
        Directory.CreateDirectory(directory);
        shape.WriteConfig(directory);
        TokenizerJson.Write(directory, vocabulary, shape.Context);
        SentencePieceFile.Write(directory, vocabulary);
        string weights = Path.Combine(directory, "model.safetensors");
        Safetensors.Write(weights + ".part", shape.Parameters().Select(p => (p.Name, p.Size, values[p.Name])));
        File.Move(weights + ".part", weights, overwrite: true);
    }

    /// <summary>Reads the weights, exact as stored.</summary>
    public static Dictionary<string, float[]> ReadWeights(string directory) => Safetensors.Read(Path.Combine(directory, "model.safetensors"));

    /// <summary>Bytes of all files.</summary>
    public static long Size(string directory) => new DirectoryInfo(directory).EnumerateFiles().Sum(f => f.Length);
}
