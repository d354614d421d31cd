using System.Buffers.Binary;
using System.Collections.Concurrent;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using System.Threading.Channels;

namespace Mimir.Spdz.Tape;

/// <summary>
/// Carries what is dealt from the dealing thread to one party's stream in chunks of 1 MiB, a few in flight: dealing and sending overlap,
/// memory is constant, and a party that does not read makes the dealing thread wait.
/// </summary>
public sealed class TapeSink(Stream stream)
{
    /// <summary>Elements of one chunk.</summary>
    public const int ChunkElements = 1 << 17;

    private const int InFlight = 4;
    private readonly Channel<(double[] Chunk, int Count, bool Words)> _queue = Channel.CreateBounded<(double[], int, bool)>(InFlight);
    private readonly ConcurrentBag<double[]> _spare = [];
    private readonly byte[] _bytes = new byte[sizeof(int) + ChunkElements * sizeof(double)];
    private Task _pump = Task.CompletedTask;
    private volatile Exception? _failure;

    /// <summary>Bytes written.</summary>
    public long BytesSent { get; private set; }

    /// <summary>An empty chunk.</summary>
    internal double[] Take() => _spare.TryTake(out var chunk) ? chunk : new double[ChunkElements];

    /// <summary>Takes a chunk back unsent.</summary>
    internal void Return(double[] chunk) => _spare.Add(chunk);

    /// <summary>Queues a filled chunk, of elements or of words, and gives an empty one.</summary>
    internal double[] Exchange(double[] chunk, int count, bool words)
    {
        if (_failure is { } failure) throw new PeerLostException("a party stopped reading its tape", failure);
        if (!_queue.Writer.TryWrite((chunk, count, words))) _queue.Writer.WriteAsync((chunk, count, words)).AsTask().GetAwaiter().GetResult();
        return Take();
    }

    /// <summary>Starts carrying one section.</summary>
    internal void Start(CancellationToken cancellation) => _pump = Task.Run(() => PumpAsync(cancellation), CancellationToken.None);

    /// <summary>Waits until everything queued has been written.</summary>
    [AsyncMethodBuilder(typeof(PoolingAsyncValueTaskMethodBuilder))]
    internal async ValueTask DrainAsync()
    {
        await _queue.Writer.WriteAsync(([], 0, false));
        await _pump;
        if (_failure is { } failure) throw new PeerLostException("a party stopped reading its tape", failure);
    }

    private async Task PumpAsync(CancellationToken cancellation)
    {
        while (true)
        {
            var (chunk, count, words) = await _queue.Reader.ReadAsync(CancellationToken.None);
            if (count == 0) return;
            try
            {
                if (_failure is null) await WriteAsync(chunk, count, words, cancellation);
            }
            catch (Exception e)
            {
                _failure = e;
            }
            Array.Clear(chunk);
            _spare.Add(chunk);
        }
    }

    private async Task WriteAsync(double[] chunk, int count, bool words, CancellationToken cancellation)
    {
        BinaryPrimitives.WriteInt32LittleEndian(_bytes, words ? TapeSender.WordsFlag | count / 2 : count);
        MemoryMarshal.AsBytes(chunk.AsSpan(0, count)).CopyTo(_bytes.AsSpan(sizeof(int)));
        var length = sizeof(int) + count * sizeof(double);
        await stream.WriteAsync(_bytes.AsMemory(0, length), cancellation);
        BytesSent += length;
    }
}
