using System.Buffers;
using System.Buffers.Binary;
using System.Numerics;
using Mimir.Models.Files;

namespace Mimir.Models.Gguf;

/// <summary>
/// One GGUF file, version 2 or 3, little-endian. Metadata and tensor descriptions are read and checked when it is opened; weights are read from disk as they
/// are asked for. Reading is thread-safe.
/// </summary>
/// <remarks>Source: ggml, docs/gguf.md, and src/gguf.cpp for what the format leaves open.</remarks>
public sealed class GgufFile : IDisposable
{
    private const uint Magic = 0x46554747;
    private const int MaxTensors = 1 << 18, MaxRank = 4, ChunkBytes = 1 << 20;
    private readonly IWeightBytes _bytes;
    private readonly Dictionary<string, GgufTensor> _tensors = new(StringComparer.Ordinal);

    private GgufFile(string path, IWeightBytes bytes)
    {
        (Path, _bytes) = (path, bytes);
        var reader = new GgufReader(bytes, path);
        if (bytes.Length < 24 || reader.UInt32() != Magic) throw reader.Error("is not a GGUF file");
        var version = reader.UInt32();
        if (version is not (2 or 3)) throw reader.Error(BinaryPrimitives.ReverseEndianness(version) is 2 or 3
            ? "is a big-endian GGUF file; convert the model again without --bigendian"
            : $"is GGUF version {version}, but Mimir reads versions 2 and 3; convert the model again");
        var (tensors, keys) = (reader.Count("the number of tensors"), reader.Count("the number of keys"));
        Metadata = GgufMetadata.Read(reader, keys, path);
        ReadTensors(reader, tensors);
    }

    /// <summary>The file.</summary>
    public string Path { get; }

    /// <summary>What the file says about the model.</summary>
    public GgufMetadata Metadata { get; }

    /// <summary>All tensors by name.</summary>
    public IReadOnlyDictionary<string, GgufTensor> Tensors => _tensors;

    /// <summary>Opens <paramref name="path"/> and checks everything but the weights.</summary>
    /// <param name="path">The file.</param>
    /// <param name="open">How its bytes are read; null: as they lie on disk.</param>
    /// <exception cref="ModelFormatException">Missing, truncated, any violation of the format, or a tensor type that Mimir does not read.</exception>
    public static GgufFile Open(string path, WeightBytesOpener? open = null)
    {
        IWeightBytes? bytes = null;
        try
        {
            bytes = open?.Invoke(path) ?? new PlainWeightBytes(path);
            var file = new GgufFile(path, bytes);
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
    /// Elements [<paramref name="column"/>, column + destination.Length) of row <paramref name="row"/>, or of as many rows as follow it. Both ends must lie between blocks.
    /// </summary>
    /// <exception cref="ModelFormatException">A NaN or an infinity, or the file cannot be read.</exception>
    /// <exception cref="ArgumentOutOfRangeException">Outside the tensor, or within a block.</exception>
    public void Read(GgufTensor tensor, long row, long column, Span<float> destination)
    {
        var (block, size) = (tensor.Type.BlockElements(), tensor.Type.BlockBytes());
        var start = checked(row * tensor.Columns + column);
        ArgumentOutOfRangeException.ThrowIfNegative(start);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(start + destination.Length, tensor.Elements);
        if (start % block != 0 || destination.Length % block != 0) throw new ArgumentOutOfRangeException(nameof(column), column, "within a block");
        var most = ChunkBytes / size;
        var buffer = ArrayPool<byte>.Shared.Rent((int)Math.Min(most, destination.Length / block + 1L) * size);
        try
        {
            for (var done = 0; done < destination.Length;)
            {
                var count = Math.Min(most * block, destination.Length - done);
                var bytes = buffer.AsSpan(0, count / block * size);
                if (!_bytes.TryRead(tensor.Begin + (start + done) / block * size, bytes)) throw Damaged(tensor, "the file became shorter while it was read");
                var part = destination.Slice(done, count);
                GgufBlocks.ToSingle(tensor.Type, bytes, part);
                for (var i = 0; i < part.Length; i++)
                    if (!float.IsFinite(part[i])) throw Damaged(tensor, $"element {start + done + i} is not a finite number; the model is damaged, download or convert it again");
                done += count;
            }
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException or ObjectDisposedException)
        {
            throw new ModelFormatException(Path, $"tensor '{tensor.Name}': cannot be read ({e.GetType().Name})", e);
        }
        finally
        {
            // Weights may be secret: nothing of them stays in the pool.
            ArrayPool<byte>.Shared.Return(buffer, clearArray: true);
        }
    }

    /// <summary>Closes the file.</summary>
    public void Dispose() => _bytes.Dispose();

    private void ReadTensors(GgufReader reader, long count)
    {
        if (count > MaxTensors) throw reader.Error($"{count} tensors, more than the {MaxTensors} allowed");
        reader.Require(count, 8 + 1 + 4 + 8 + 4 + 8, "the list of tensors");
        var alignment = Metadata.FindInteger("general.alignment", 1, 1 << 20) ?? 32;
        if (!BitOperations.IsPow2(alignment)) throw Metadata.Error("general.alignment", $"is {alignment}, which is no power of two");
        var entries = new List<(string Name, long[] Shape, uint Type, long Offset)>();
        for (var i = 0L; i < count; i++)
        {
            var name = reader.Text($"the name of tensor {i}");
            var rank = reader.UInt32();
            if (rank is 0 or > MaxRank) throw Damaged(name, $"has {rank} dimensions");
            var shape = new long[rank];
            for (var d = 1; d <= rank; d++) shape[^d] = reader.Count($"tensor '{name}': a dimension");
            entries.Add((name, shape, reader.UInt32(), reader.Count($"tensor '{name}': an offset")));
        }
        var start = Padded(reader.Position, alignment);
        var end = start;
        foreach (var (name, shape, type, offset) in entries)
        {
            var bytes = SizeOf(name, shape, type);
            // Tensors follow each other in the order of their descriptions; anything else could make two names share bytes.
            if (offset != end - start) throw Damaged(name, $"begins at {offset} of the data, but {end - start} was expected; the file is damaged");
            if (bytes > _bytes.Length - end) throw Damaged(name, $"needs {bytes} bytes, but {Math.Max(0, _bytes.Length - end)} are left; the file is truncated, download it again");
            if (!_tensors.TryAdd(name, new GgufTensor(name, (GgufType)type, shape, end, bytes))) throw Damaged(name, "occurs twice");
            end = Padded(end + bytes, alignment);
        }
    }

    private long SizeOf(string name, long[] shape, uint number)
    {
        if (GgufTypes.Find(number) is not { } type)
            throw Damaged(name, $"has type {GgufTypes.NameOf(number)}, which Mimir does not read; take a file in F32, F16, BF16, Q8_0, Q4_0, Q4_K (without Q5_K) or Q6_K");
        if (shape[^1] % type.BlockElements() != 0) throw Damaged(name, $"has rows of {shape[^1]} elements, but {type.Name()} needs a multiple of {type.BlockElements()}");
        var bytes = (long)type.BlockBytes();
        foreach (var dimension in shape)
        {
            if (dimension == 0) throw Damaged(name, "has no elements");
            if (bytes > long.MaxValue / dimension) throw Damaged(name, "has a shape that is too large");
            bytes *= dimension;
        }
        return bytes / type.BlockElements();
    }

    private static long Padded(long position, int alignment) => checked(position + alignment - 1) / alignment * alignment;

    private ModelFormatException Damaged(GgufTensor tensor, string problem) => Damaged(tensor.Name, problem);

    private ModelFormatException Damaged(string tensor, string problem) => new(Path, $"tensor '{tensor}': {problem}");
}
