using Microsoft.Win32.SafeHandles;

namespace Mimir.Models.Files;

/// <summary>A weight file as it lies on disk.</summary>
public sealed class PlainWeightBytes(string path) : IWeightBytes
{
    private readonly SafeFileHandle _handle = File.OpenHandle(path);

    /// <inheritdoc/>
    public long Length => RandomAccess.GetLength(_handle);

    /// <inheritdoc/>
    public bool TryRead(long offset, Span<byte> destination)
    {
        while (destination.Length > 0)
        {
            var read = RandomAccess.Read(_handle, destination, offset);
            if (read <= 0) return false;
            destination = destination[read..];
            offset += read;
        }
        return true;
    }

    /// <inheritdoc/>
    public void Dispose() => _handle.Dispose();
}
