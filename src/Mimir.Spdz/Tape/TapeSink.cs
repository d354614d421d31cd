using System.Buffers.Binary;
using System.Collections.Concurrent;
using System.Runtime.CompilerServices;
using System.Threading.Channels;
using Mimir.Numerics;

namespace Mimir.Spdz.Tape;

/// <summary>
/// Carries what is dealt from the dealing thread to one party's stream in chunks, a few in flight: dealing and sending overlap, memory is constant, and a
/// party that does not read makes the dealing thread wait. Elements are packed on the way.
/// </summary>
public sealed class TapeSink(Stream stream)
{
    /// <summary>Elements after which a chunk leaves: it and its packed form lie in a core's cache. What is appended at once may be more.</summary>
    public const int ChunkElements = 1 << 14;

    /// <summary>Chunks that may be queued before the dealing thread waits.</summary>
    internal const int InFlight = 32;

    // Handed over together, so that the sending thread wakes up for many.
    private const int Batch = 8;
    private readonly Channel<TapeChunk?> _queue = Channel.CreateBounded<TapeChunk?>(new BoundedChannelOptions(InFlight) { SingleReader = true, SingleWriter = true });
    private readonly TapeChunk?[] _batch = new TapeChunk?[Batch];
    private int _batched;
    private readonly ConcurrentBag<TapeChunk> _spare = [];
    private byte[] _packed = [];
    private Task _pump = Task.CompletedTask;
    private volatile Exception? _failure;

    /// <summary>Bytes written.</summary>
    public long BytesSent { get; private set; }

    /// <summary>An empty chunk.</summary>
    internal TapeChunk Take() => _spare.TryTake(out var chunk) ? chunk : new TapeChunk(_spare, ChunkElements);

    /// <summary>Queues a sealed chunk; waits while too many are.</summary>
    internal void Queue(TapeChunk chunk)
    {
        _batch[_batched++] = chunk;
        if (_batched == Batch) Hand();
    }

    /// <summary>Hands what is queued to the sending thread, however little it is.</summary>
    internal void Hand()
    {
        for (var i = 0; i < _batched; i++) Write(_batch[i]);
        Array.Clear(_batch);
        _batched = 0;
    }

    /// <exception cref="PeerLostException">The stream has failed; nothing more is written to it.</exception>
    internal void ThrowIfLost()
    {
        if (_failure is { } failure) throw new PeerLostException("a party stopped reading its tape", failure);
    }

    /// <summary>Starts carrying one section.</summary>
    internal void Start(CancellationToken cancellation) => _pump = Task.Run(() => PumpAsync(cancellation), CancellationToken.None);

    /// <summary>Waits until everything queued has been written.</summary>
    [AsyncMethodBuilder(typeof(PoolingAsyncValueTaskMethodBuilder))]
    internal async ValueTask DrainAsync()
    {
        Hand();
        Write(null);
        await _pump;
        ThrowIfLost();
    }

    // Waits as for a task: the thread pool then adds a thread, which the pump may need. It does so for no other wait, and this one allocates (some 150 bytes).
    private void Write(TapeChunk? chunk)
    {
        if (!_queue.Writer.TryWrite(chunk)) _queue.Writer.WriteAsync(chunk).AsTask().GetAwaiter().GetResult();
    }

    private async Task PumpAsync(CancellationToken cancellation)
    {
        while (await _queue.Reader.ReadAsync(CancellationToken.None) is { } chunk)
        {
            try
            {
                if (_failure is null)
                {
                    var message = chunk.Words ? chunk.Message : Pack(chunk.Content);
                    await stream.WriteAsync(message, cancellation);
                    BytesSent += message.Length;
                }
            }
            catch (Exception e)
            {
                _failure = e;
            }
            chunk.Release();
        }
        Array.Clear(_packed);
    }

    private ReadOnlyMemory<byte> Pack(ReadOnlySpan<double> elements)
    {
        var length = sizeof(int) + FieldPacking.Bytes(elements.Length);
        if (_packed.Length < length)
        {
            Array.Clear(_packed);
            _packed = new byte[length];
        }
        BinaryPrimitives.WriteInt32LittleEndian(_packed, elements.Length);
        FieldPacking.Pack(elements, _packed.AsSpan(sizeof(int), length - sizeof(int)));
        return _packed.AsMemory(0, length);
    }
}
