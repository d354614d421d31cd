namespace Mimir.Trust.SealedFiles;

/// <summary>The public facts that a sealed file carries and authenticates.</summary>
/// <param name="Label">What the file is, for example <c>model.safetensors</c>: a file under another label does not stand in for it.</param>
public sealed record SealTerms(string Label)
{
    /// <summary>The longest label.</summary>
    public const int LongestLabel = 63;

    /// <summary>Measurement of the code that may open it, 32, 48 or 64 bytes; empty: not tied to one.</summary>
    public ReadOnlyMemory<byte> Measurement { get; init; }

    /// <summary>Version of the content: the next one is larger. See <see cref="IMonotonicCounter"/>.</summary>
    public ulong Counter { get; init; } = 1;

    /// <summary>log2 of the bytes in a chunk, 12 to 24.</summary>
    public int ChunkBits { get; init; } = 16;

    /// <summary>Whether a label can stand in a path, a header and a log line: 1 to 63 of letters, digits, '.', '-', '_', not beginning with a dot.</summary>
    public static bool IsLabel(string? label)
    {
        if (string.IsNullOrEmpty(label) || label.Length > LongestLabel || label[0] == '.') return false;
        foreach (var c in label)
            if (!char.IsAsciiLetterOrDigit(c) && c is not ('.' or '-' or '_')) return false;
        return true;
    }

    /// <summary>Whether these terms can be written.</summary>
    internal bool AreValid => IsLabel(Label) && Measurement.Length is 0 or 32 or 48 or 64 && ChunkBits is >= 12 and <= 24;
}
