using Mimir.Models.Files;

namespace Mimir.Fuzzing;

/// <summary>A weight file that is an input.</summary>
internal sealed class MemoryWeights(byte[] bytes) : IWeightBytes
{
    /// <inheritdoc/>
    public long Length => bytes.Length;

    /// <inheritdoc/>
    public bool TryRead(long offset, Span<byte> destination)
    {
        if (offset > bytes.Length - destination.Length) return false;
        bytes.AsSpan((int)offset, destination.Length).CopyTo(destination);
        return true;
    }

    /// <inheritdoc/>
    public void Dispose()
    {
    }
}
