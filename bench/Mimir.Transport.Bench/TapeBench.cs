using System.Buffers.Binary;
using System.Diagnostics;
using Mimir.Models.Folding;
using Mimir.Models.Shapes;
using Mimir.Spdz;
using Mimir.Spdz.Programs;
using Mimir.Spdz.Shares;
using Mimir.Spdz.Tape;
using Mimir.Transport.Connections;
using Mimir.Trust;

namespace Mimir.Transport.Bench;

/// <summary>
/// Processor time of a token's step sections (gpt2-small, context 64) from the dealer's chunks to both parties' sections, over TLS on loopback: one process is
/// the dealer, the other both parties. Nothing is dealt: words and elements are copied from a small buffer in pieces as <see cref="TapeWriter"/> makes them, faster than anybody deals.
/// </summary>
internal static class TapeBench
{
    private const int Warm = 20, Tokens = 100, Batch = 128, Depth = 21;

    public static async Task RunAsync(PeerListener? listener, TlsSettings settings, int port, SessionId session, TimeSpan deadline)
    {
        var layout = ModelFolding.LayoutOf(ModelShapes.Find("gpt2-small"));
        var plan = new SessionPlan
        {
            Segments = [new PromptSegment("alice", 64)], Uncertain = 0, Receivers = ["alice"], MaxTokens = 1, Temperature = 0, NoiseSeed = null, FractionBits = 16,
            ChebyshevDegree = 2, AuditRate = 0.01, BlockSteps = 4,
        };
        var cost = CostArithmetic.Of(layout, plan, new Numbers(layout, plan.FractionBits, plan.ChebyshevDegree, 2), true, 63);
        SectionSize[] sizes = [cost.Section(false, true), cost.Section(true, true)];
        var streams = new Stream[2];
        for (var party = 0; party < 2; party++)
            streams[party] = listener is not null
                ? await listener.AcceptAsync(new AcceptFilter(Purpose.Tape, Index: party), deadline)
                : await PeerDialer.ConnectAsync(settings, new DialRequest("127.0.0.1", port, Role.Party, "p0", Purpose.Tape, session, party) { RetryFor = deadline });
        var task = listener is null ? DealAsync(streams, sizes) : Task.WhenAll(ReceiveAsync(streams[0], sizes[0], true), ReceiveAsync(streams[1], sizes[1], false));
        await task;
        foreach (var stream in streams) await stream.DisposeAsync();
    }

    private static async Task DealAsync(Stream[] streams, SectionSize[] sizes)
    {
        TapeSink[] sinks = [.. streams.Select(s => new TapeSink(s))];
        var from = new double[1 << 14];
        for (var i = 0; i < from.Length; i++) from[i] = i * 1e10;
        var measure = default(Measure);
        var (header, end, verdict) = (new byte[TapeSender.HeaderBytes], new byte[sizeof(int)], new byte[1]);
        for (var token = 0; token < Warm + Tokens; token++)
        {
            if (token == Warm) measure = Measure.Start();
            BinaryPrimitives.WriteUInt32LittleEndian(header, TapeSender.Magic);
            header[4] = (byte)TapeKind.Step;
            BinaryPrimitives.WriteInt32LittleEndian(header.AsSpan(12), token);
            header[16] = (byte)token;
            foreach (var stream in streams) await stream.WriteAsync(header);
            foreach (var sink in sinks) sink.Start(default);
            await Task.Run(() => Feed(sinks, sizes, from));
            foreach (var sink in sinks) await sink.DrainAsync();
            foreach (var stream in streams) await stream.WriteAsync(end);
            foreach (var stream in streams) await stream.ReadExactlyAsync(verdict);
        }
        measure.Report("dealer", sizes.Sum(s => s.Bytes), sizes.Sum(s => s.MemoryBytes));
    }

    private static void Feed(TapeSink[] sinks, SectionSize[] sizes, double[] from)
    {
        using TapeOutput words = new(sinks, true), first = new(sinks.AsMemory(0, 1), false), second = new(sinks.AsMemory(1), false);
        long wordsDone = 0, elementsDone = 0, lastDone = 0, steps = sizes[0].Words / (Batch * Depth);
        for (var step = 1L; step <= steps; step++)
        {
            var elements = Next(ref elementsDone, sizes[0].Elements);
            Fill(words, 2 * Next(ref wordsDone, sizes[0].Words));
            Fill(first, elements);
            Fill(second, elements + Next(ref lastDone, sizes[1].Elements - sizes[0].Elements));

            int Next(ref long done, long all)
            {
                var count = (int)(all * step / steps - done);
                done += count;
                return count;
            }
        }
        foreach (var output in (TapeOutput[])[words, first, second]) output.Flush();

        void Fill(TapeOutput output, int length) => from.AsSpan(0, length).CopyTo(output.Append(length));
    }

    private static async Task ReceiveAsync(Stream stream, SectionSize size, bool report)
    {
        await Task.Yield();
        var receiver = new TapeReceiver(stream);
        using var memory = new SessionMemory();
        var measure = default(Measure);
        for (var token = 0; token < Warm + Tokens; token++)
        {
            if (token == Warm) measure = Measure.Start();
            var section = await receiver.ReadAsync(TapeKind.Step, 0, token, size, memory, default);
            section.Return(memory);
            await receiver.SendVerdictAsync([0], default);
        }
        if (report) measure.Report("parties", 0, 0);
    }

    private readonly record struct Measure(long Began, TimeSpan User, TimeSpan System, long Allocated)
    {
        public static Measure Start() => new(Stopwatch.GetTimestamp(), Environment.CpuUsage.UserTime, Environment.CpuUsage.PrivilegedTime, GC.GetTotalAllocatedBytes());

        public void Report(string role, long bytes, long doubles)
        {
            var usage = Environment.CpuUsage;
            Console.WriteLine(
                $"{role}: ms a token, user {(usage.UserTime - User).TotalMilliseconds / Tokens:F1} + system {(usage.PrivilegedTime - System).TotalMilliseconds / Tokens:F1} "
                + $"= {(usage.TotalTime - User - System).TotalMilliseconds / Tokens:F1}; elapsed {Stopwatch.GetElapsedTime(Began).TotalMilliseconds / Tokens:F1}; "
                + $"allocated {(GC.GetTotalAllocatedBytes() - Allocated) / Tokens} B{(bytes > 0 ? $"; {bytes / 1e6:F1} MB ({doubles / 1e6:F1} MB as doubles)" : "")}");
        }
    }
}
