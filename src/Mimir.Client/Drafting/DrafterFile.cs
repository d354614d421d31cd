namespace Mimir.Client.Drafting;

/// <summary>Statistics of a public text that lie beside a model, for its data owners' guesses; `mimir model drafter` counts them.</summary>
public static class DrafterFile
{
    /// <summary>The file in a model directory.</summary>
    public const string Name = "drafter.ngrams";

    /// <summary>What is in <paramref name="directory"/>, or null.</summary>
    /// <exception cref="InvalidDataException">It cannot be used; says why.</exception>
    public static NgramTable? Read(string directory)
    {
        var file = Path.Combine(directory, Name);
        if (!File.Exists(file)) return null;
        using var stream = File.OpenRead(file);
        return NgramTable.Read(stream);
    }

    /// <summary>Guesses by these statistics, or, without any, by repetitions of the text itself.</summary>
    /// <exception cref="InvalidDataException">As <see cref="Read"/>.</exception>
    public static NgramDrafter Open(string directory) => new(Read(directory));
}
