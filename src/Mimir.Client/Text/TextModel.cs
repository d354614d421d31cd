using Mimir.Client.Drafting;
using Mimir.Models.Files;
using Mimir.Models.Folding;
using Mimir.Models.Tokenizers;
using Mimir.Models.Transformers;
using Mimir.Spdz.Sessions;

namespace Mimir.Client.Text;

/// <summary>What a data owner knows of a model: its public configuration and its tokenizer; no weight.</summary>
public sealed class TextModel
{
    private readonly string _directory;

    private TextModel(string directory, string name) =>
        (_directory, Name, Config, Tokenizer) = (directory, name, ModelDirectory.OpenConfig(directory), ModelDirectory.OpenTokenizer(directory));

    /// <summary>For people and for requests that name a model.</summary>
    public string Name { get; }

    /// <summary>config.json.</summary>
    public ModelConfig Config { get; }

    /// <summary>The model's tokenizer.</summary>
    public ITokenizer Tokenizer { get; }

    /// <summary>Where config.json and the tokenizer lie.</summary>
    public string Directory => _directory;

    /// <summary>Reads the public files in <paramref name="directory"/>; <paramref name="name"/> is the directory's own when not given.</summary>
    /// <exception cref="Mimir.Models.ModelFormatException">The files cannot be used; says why.</exception>
    public static TextModel Open(string directory, string? name = null) =>
        new(directory, name ?? Path.GetFileName(Path.TrimEndingDirectorySeparator(Path.GetFullPath(directory))));

    /// <summary>The layout that a cluster must hold, for weights shared as <paramref name="weights"/> says.</summary>
    public ModelLayout LayoutOf(WeightTerms weights) => weights.LayoutOf(Config);

    /// <summary>Guesses by the statistics that lie beside the model (<see cref="DrafterFile"/>), or, without any, by repetitions of the text itself.</summary>
    /// <exception cref="InvalidDataException">The statistics cannot be used; says why.</exception>
    public IDrafter OpenDrafter() => DrafterFile.Open(_directory);
}
