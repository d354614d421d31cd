using Mimir.Models.Folding;
using Mimir.Models.Tokenizers;

namespace Mimir.Models.Files;

/// <summary>
/// A model as Hugging Face lays it out: config.json, weights in safetensors, a tokenizer. The model owner opens all of it; a data
/// owner's process opens the tokenizer only.
/// </summary>
public sealed class ModelDirectory : IDisposable
{
    private ModelDirectory(string name, ModelConfig config, FoldedModel weights, ITokenizer tokenizer)
    {
        (Name, Config, Weights, Tokenizer) = (name, config, weights, tokenizer);
    }

    /// <summary>The directory's own name, for people.</summary>
    public string Name { get; }

    /// <summary>What config.json says.</summary>
    public ModelConfig Config { get; }

    /// <summary>The folded weights, read when asked for.</summary>
    public FoldedModel Weights { get; }

    /// <summary>Text to tokens and back.</summary>
    public ITokenizer Tokenizer { get; }

    /// <summary>Opens everything in <paramref name="path"/>. Weights are checked by name and shape and read later.</summary>
    /// <param name="path">The directory.</param>
    /// <param name="open">How the bytes of a weight file are read; null: as they lie on disk.</param>
    /// <exception cref="ModelFormatException">Missing, damaged or unsupported; one line that says what to do.</exception>
    public static ModelDirectory Open(string path, WeightBytesOpener? open = null)
    {
        var config = OpenConfig(path);
        var tokenizer = TokenizerFiles.Open(path);
        if (tokenizer.Count > config.VocabularySize)
            throw new ModelFormatException(path, $"its tokenizer has {tokenizer.Count} tokens, but config.json has vocab_size {config.VocabularySize}; they belong to different models");
        var files = WeightFiles.Open(path, open);
        try
        {
            var name = Path.GetFileName(Path.TrimEndingDirectorySeparator(Path.GetFullPath(path)));
            return new ModelDirectory(name, config, new FoldedModel(config, files), tokenizer);
        }
        catch
        {
            files.Dispose();
            throw;
        }
    }

    /// <summary>The tokenizer in <paramref name="path"/>; never touches weights.</summary>
    /// <exception cref="ModelFormatException">As <see cref="Open"/>.</exception>
    public static ITokenizer OpenTokenizer(string path) => TokenizerFiles.Open(RequireDirectory(path));

    /// <summary>The public configuration in <paramref name="path"/>; never touches weights.</summary>
    /// <exception cref="ModelFormatException">As <see cref="Open"/>.</exception>
    public static ModelConfig OpenConfig(string path) => ModelConfig.Read(Path.Combine(RequireDirectory(path), "config.json"));

    /// <summary>Closes the weight files.</summary>
    public void Dispose() => Weights.Dispose();

    private static string RequireDirectory(string path)
    {
        if (Directory.Exists(path)) return path;
        throw new ModelFormatException(path, File.Exists(path)
            ? "is a file; name the directory that holds config.json and the weights"
            : "directory not found; name a directory with config.json, model.safetensors and a tokenizer");
    }
}
