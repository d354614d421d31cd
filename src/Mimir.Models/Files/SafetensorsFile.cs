using System.Buffers;
using System.Buffers.Binary;

namespace Mimir.Models.Files;

/// <summary>
/// One safetensors file. The header is read and checked when it is opened; weights are read from disk as they are asked for, so the
/// file is never in memory whole. Reading is thread-safe.
/// </summary>
public sealed class SafetensorsFile : IDisposable
{
    private const int ChunkBytes = 1 << 20;

    private readonly IWeightBytes _bytes;
    private readonly Dictionary<string, TensorInfo> _tensors;

    private SafetensorsFile(string path, IWeightBytes bytes, Dictionary<string, TensorInfo> tensors)
    {
        (Path, _bytes, _tensors) = (path, bytes, tensors);
    }

    /// <summary>The file.</summary>
    public string Path { get; }

    /// <summary>All tensors by name.</summary>
    public IReadOnlyDictionary<string, TensorInfo> Tensors => _tensors;

    /// <summary>Opens <paramref name="path"/> and checks its header completely.</summary>
    /// <param name="path">The file.</param>
    /// <param name="open">How its bytes are read; null: as they lie on disk.</param>
    /// <exception cref="ModelFormatException">Missing, truncated, or any violation of the format.</exception>
    public static SafetensorsFile Open(string path, WeightBytesOpener? open = null)
    {
        IWeightBytes? bytes = null;
        try
        {
            bytes = open?.Invoke(path) ?? new PlainWeightBytes(path);
            var length = bytes.Length;
            Span<byte> prefix = stackalloc byte[8];
            if (length < 8 || !bytes.TryRead(0, prefix)) throw new ModelFormatException(path, "shorter than a safetensors header; download it again");
            var headerBytes = BinaryPrimitives.ReadUInt64LittleEndian(prefix);
            if (headerBytes > SafetensorsHeader.MaxBytes)
                throw new ModelFormatException(path, $"header of {headerBytes} bytes, more than the {SafetensorsHeader.MaxBytes} allowed; not a safetensors file");
            if ((long)headerBytes > length - 8)
                throw new ModelFormatException(path, $"header of {headerBytes} bytes in a file of {length}; it is truncated, download it again");
            var header = new byte[headerBytes];
            if (!bytes.TryRead(8, header)) throw new ModelFormatException(path, "changed while it was read");
            if (header is not [(byte)'{', ..]) throw new ModelFormatException(path, "its header is not a JSON object; not a safetensors file");
            var start = 8 + (long)headerBytes;
            var file = new SafetensorsFile(path, bytes, SafetensorsHeader.Parse(header, start, length - start, path));
            bytes = null;
            return file;
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException or ArgumentException or NotSupportedException)
        {
            throw new ModelFormatException(path, e is FileNotFoundException or DirectoryNotFoundException
                ? "file not found" : $"cannot be read ({e.GetType().Name}); check that it is a readable file", e);
        }
        finally
        {
            bytes?.Dispose();
        }
    }

    /// <summary>
    /// Elements [<paramref name="start"/>, start + destination.Length) of <paramref name="tensor"/>, row-major, as doubles.
    /// F64, F32, F16 and BF16 convert exactly.
    /// </summary>
    /// <exception cref="ModelFormatException">Not a floating-point tensor, a NaN or an infinity, or the file cannot be read.</exception>
    /// <exception cref="ArgumentOutOfRangeException">Outside the tensor.</exception>
    public void Read(TensorInfo tensor, long start, Span<double> destination)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(start);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(start + destination.Length, tensor.Elements);
        var size = tensor.ElementSize;
        var buffer = ArrayPool<byte>.Shared.Rent((int)Math.Min(ChunkBytes, (long)destination.Length * size));
        try
        {
            for (var done = 0; done < destination.Length;)
            {
                var count = Math.Min(ChunkBytes / size, destination.Length - done);
                var bytes = buffer.AsSpan(0, count * size);
                if (!_bytes.TryRead(tensor.Begin + (start + done) * size, bytes)) throw Damaged(tensor, "the file became shorter while it was read");
                var part = destination.Slice(done, count);
                if (!TensorConversion.ToDouble(tensor.Type, bytes, part))
                    throw Damaged(tensor, $"dtype {tensor.Type} is not supported for weights; save the model in F32, F16 or BF16");
                RequireFinite(tensor, part, start + done);
                done += count;
            }
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException or ObjectDisposedException)
        {
            throw new ModelFormatException(Path, $"tensor '{tensor.Name}': cannot be read ({e.GetType().Name})", e);
        }
        finally
        {
            // Weights are secret: nothing of them stays in the pool.
            ArrayPool<byte>.Shared.Return(buffer, clearArray: true);
        }
    }

    /// <summary>Closes the file.</summary>
    public void Dispose() => _bytes.Dispose();

    private ModelFormatException Damaged(TensorInfo tensor, string problem) => new(Path, $"tensor '{tensor.Name}': {problem}");

    private void RequireFinite(TensorInfo tensor, ReadOnlySpan<double> values, long first)
    {
        for (var i = 0; i < values.Length; i++)
            if (!double.IsFinite(values[i]))
                throw Damaged(tensor, $"element {first + i} is not a finite number; the model is damaged, download or export it again");
    }
}
