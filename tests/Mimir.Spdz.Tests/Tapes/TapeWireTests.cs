using System.Buffers.Binary;
using Mimir.Numerics;
using Mimir.Spdz.Channels;
using Mimir.Spdz.PointFunctions;
using Mimir.Spdz.Shares;
using Mimir.Spdz.Tape;
using Mimir.Spdz.Tests.Simulation;

namespace Mimir.Spdz.Tests.Tapes;

/// <summary>A section of many chunks, from the dealer's writer to a party's memory.</summary>
public sealed class TapeWireTests
{
    private const int Header = 48, Count = 4, WaitBytes = 200;
    private static readonly PointShape Shape = new(3, 21, new PointPayload(9, 2), new PointPayload(21, 3));

    /// <summary>What arrives is what a writer without streams holds under the same keys; what travels is what the size says, however it was cut.</summary>
    [Theory]
    [InlineData(2, true)]
    [InlineData(2, false)]
    [InlineData(3, true)]
    public async Task A_section_of_many_chunks_arrives_and_has_the_declared_bytes(int parties, bool active)
    {
        var tapes = Enumerable.Range(0, parties).Select(_ => DuplexMemoryStream.Pair()).ToArray();
        var writes = tapes.Select(_ => new List<TapeWrite>()).ToArray();
        var sender = new TapeSender([.. tapes.Select((t, i) => new TamperingStream(t.A, i, true, w =>
        {
            writes[i].Add(w);
            return [w.Bytes];
        }))]);
        using var tape = await sender.BeginAsync(TapeKind.Step, 1, 2, active, 11, TestContext.Current.CancellationToken);
        var sizes = Sizes();
        var receivers = tapes.Select(t => new TapeReceiver(t.B)).ToArray();
        var reading = receivers.Select((r, i) => Task.Run(async () => await r.ReadAsync(TapeKind.Step, 1, 2, sizes[i], new SessionMemory(), TestContext.Current.CancellationToken))).ToArray();
        Write(tape);
        await sender.EndAsync(tape, TestContext.Current.CancellationToken);
        var sections = await Task.WhenAll(reading);

        using var whole = new TapeWriter([.. sections.Select(s => s.Key)], active, 11);
        Write(whole);
        long sent = 0;
        for (var i = 0; i < parties; i++)
        {
            var expected = whole.Section(i, sections[i].Key);
            Assert.True(expected.Corrections.Span.SequenceEqual(sections[i].Corrections.Span));
            Assert.True(expected.Words.Span.SequenceEqual(sections[i].Words.Span));
            Assert.Equal(sizes[i], tape.Dealt(i));
            var content = writes[i].Where(w => w.IsContent).ToArray();
            Assert.All(content.Where(w => w.IsChunk).SkipLast(1), w => Assert.Equal(0, w.Elements % 4));
            Assert.All(content, w => Assert.Equal(Count + new SectionSize(w.Elements, w.Words).Bytes, w.Bytes.Length));
            Assert.Equal(sizes[i].Bytes, content.Sum(w => w.Bytes.Length - Count));
            var bytes = Header + Count + Count * content.Length + sizes[i].Bytes;
            Assert.Equal(bytes, receivers[i].BytesReceived);
            sent += bytes;
        }
        Assert.True(writes[^1].Count(w => w.IsChunk) > 3 && (parties > 2 || writes[0].Count(w => w.IsWords) > 3));
        Assert.Equal(sizes[0].Bytes + sizes[^1].Bytes, tape.BytesDealt);
        Assert.Equal(sent, sender.BytesSent);

        SectionSize[] Sizes()
        {
            using var counted = new TapeWriter([.. Enumerable.Range(0, parties).Select(_ => new byte[TapeKeys.Bytes])], active, 11);
            Write(counted);
            return [.. Enumerable.Range(0, parties).Select(counted.Dealt)];
        }

        void Write(TapeWriter writer)
        {
            using var prg = new Prg(new byte[32], 1);
            var values = new double[TapeSink.ChunkElements + 3];
            prg.Fill(0, values);
            for (var i = 1; i <= 3; i++)
            {
                writer.Raw(values.AsSpan(0, 2 * i + 1));
                writer.Authenticated(values);
                for (var count = parties == 2 ? i : values.Length; count < 2000; count *= 3)
                    writer.Points(Shape, values.AsSpan(0, count), values.AsSpan(0, count * Shape.Planes));
            }
            writer.Unaudited(values.AsSpan(0, 2 * PointShape.BatchKeys + 1));
        }
    }

    /// <summary>
    /// What a section costs on the heap does not depend on how much it holds, neither at the dealing thread nor at the receiver; but a dealing thread that waits for the
    /// network does so on a task (see <see cref="TapeSink"/>), which takes up to <see cref="WaitBytes"/>, at most once a chunk of 131,072 bytes.
    /// </summary>
    [Fact]
    public async Task Chunks_allocate_nothing_in_steady_state_but_for_waiting()
    {
        const int Values = TapeSink.ChunkElements / 4, Free = 4 * TapeSink.InFlight, More = 200;
        var values = new double[Values];
        var masks = new double[PointShape.BatchKeys];
        var payload = new double[masks.Length * Shape.Planes];
        var size = default(SectionSize);
        var recorded = new MemoryStream();
        var sender = new TapeSender([Stream.Null, recorded]);
        var (run, dealt) = (0, new List<(long Free, long More)>());
        for (var step = 0; step < 100 && run < 4; step++)
        {
            recorded.Position = 0;
            recorded.SetLength(0);
            using var tape = await sender.BeginAsync(TapeKind.Step, 0, step, true, 11, TestContext.Current.CancellationToken);
            // There is room for all of this, whether anything is written meanwhile or not.
            var before = GC.GetAllocatedBytesForCurrentThread();
            for (var i = 0; i < Free; i++) tape.Raw(values);
            var between = GC.GetAllocatedBytesForCurrentThread();
            for (var i = 0; i < More; i++) tape.Raw(values);
            dealt.Add((between - before, GC.GetAllocatedBytesForCurrentThread() - between));
            run = dealt[^1].Free == 0 && dealt[^1].More <= (More / 4 + 1) * WaitBytes ? run + 1 : 0;
            for (var i = 0; i < 20; i++) tape.Points(Shape, masks, payload);
            await sender.EndAsync(tape, TestContext.Current.CancellationToken);
            size = tape.Dealt(1);
        }
        Assert.True(run == 4, string.Join(", ", dealt));

        var bytes = recorded.ToArray();
        var receiver = new TapeReceiver(new RepeatedSection(bytes));
        using var memory = new SessionMemory();
        var read = new List<long>();
        run = 0;
        for (var i = 0; i < 100 && run < 4; i++)
        {
            var before = GC.GetAllocatedBytesForCurrentThread();
            (await receiver.ReadAsync(TapeKind.Step, 0, BinaryPrimitives.ReadInt32LittleEndian(bytes.AsSpan(12)), size, memory, TestContext.Current.CancellationToken)).Return(memory);
            read.Add(GC.GetAllocatedBytesForCurrentThread() - before);
            run = read[^1] < 300 ? run + 1 : 0;
        }
        Assert.True(run == 4, string.Join(", ", read));
    }

    /// <summary>One section again and again, under another key each time.</summary>
    private sealed class RepeatedSection(byte[] bytes) : MemoryStream(bytes, 0, bytes.Length, true, true)
    {
        public override ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default)
        {
            if (Position == Length)
            {
                Position = 0;
                unchecked { GetBuffer()[20]++; }
            }
            return base.ReadAsync(buffer, cancellationToken);
        }
    }
}
