namespace Mimir.Models.Files;

/// <summary>The bytes of one weight file, read at random as they are asked for. Thread-safe.</summary>
public interface IWeightBytes : IDisposable
{
    /// <summary>How many there are.</summary>
    long Length { get; }

    /// <summary>Bytes [<paramref name="offset"/>, offset + destination.Length); false when the file has become shorter.</summary>
    /// <exception cref="IOException">The file cannot be read.</exception>
    bool TryRead(long offset, Span<byte> destination);
}

/// <summary>Opens a weight file.</summary>
/// <exception cref="IOException">It cannot be opened.</exception>
public delegate IWeightBytes WeightBytesOpener(string path);
