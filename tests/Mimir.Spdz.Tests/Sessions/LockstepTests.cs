using Mimir.Spdz.Channels;
using Mimir.Spdz.Masking;
using Mimir.Spdz.Sessions;

namespace Mimir.Spdz.Tests.Sessions;

/// <summary>The scheduler alone, with coroutines that only talk.</summary>
public sealed class LockstepTests
{
    [Fact]
    public async Task Each_lane_gets_its_own_messages_in_one_exchange_per_round()
    {
        var exchanges = new int[2];
        var heard = await RunAsync(exchanges, party => [Talk(party, 5, 3), Talk(party, 1, 0), Talk(party, 9, 6)]);
        Assert.Equal([6, 6], exchanges);
        foreach (var (party, lanes) in heard.Index())
            foreach (var lane in lanes) Assert.Equal(Enumerable.Range(0, lane.Rounds).Select(r => Byte(1 - party, lane.Length, r)), lane.Heard);
    }

    [Fact]
    public async Task A_lane_that_ends_early_leaves_and_an_empty_lockstep_ends_at_once()
    {
        var exchanges = new int[2];
        var heard = await RunAsync(exchanges, party => [Talk(party, 4, 1), Talk(party, 2, 4)]);
        Assert.Equal([4, 4], exchanges);
        Assert.All(heard, lanes => Assert.Equal([1, 4], lanes.Select(l => l.Heard.Count)));
        Assert.Empty((await RunAsync(exchanges, _ => []))[0]);
        Assert.Equal([4, 4], exchanges);
    }

    [Fact]
    public async Task Lanes_resume_in_order_after_every_round()
    {
        var order = new List<int>();
        await RunAsync(new int[2], party => [.. Enumerable.Range(1, 4).Select(i => Talk(party, i, 3, party == 0 ? () => order.Add(i) : () => { }))]);
        Assert.Equal([1, 2, 3, 4, 1, 2, 3, 4, 1, 2, 3, 4], order);
    }

    [Fact]
    public async Task A_lane_that_fails_ends_the_others_and_its_reason_is_thrown()
    {
        var ended = new int[2];
        var thrown = await Assert.ThrowsAsync<MacCheckFailedException>(() => RunAsync(new int[2], party =>
        [
            Talk(party, 1, 9, ended: () => ended[party]++),
            Talk(party, 2, 9, () => throw new MacCheckFailedException("wrong")),
            Talk(party, 3, 9, ended: () => ended[party]++),
        ]));
        Assert.Equal("wrong", thrown.Message);
        Assert.Equal([2, 2], ended);
    }

    [Fact]
    public async Task A_coroutine_that_waits_for_something_else_is_an_error_not_a_hang()
    {
        var never = new TaskCompletionSource();
        var thrown = await Assert.ThrowsAsync<InvalidOperationException>(() => RunAsync(new int[2], party => [new Talker(new Lane(party, 2), 1, 1, () => { }, () => { }, never.Task)]));
        Assert.Contains("its lane", thrown.Message, StringComparison.Ordinal);
    }

    private static byte Byte(int party, int length, int round) => (byte)(100 * party + 10 * length + round);

    private static Talker Talk(int party, int length, int rounds, Action? each = null, Action? ended = null) =>
        new(new Lane(party, 2), length, rounds, each ?? (() => { }), ended ?? (() => { }), Task.CompletedTask);

    private static async Task<Talker[][]> RunAsync(int[] exchanges, Func<int, Talker[]> lanes)
    {
        var meshes = MemoryMesh.Create(2);
        var work = new[] { lanes(0), lanes(1) };
        await Task.WhenAll(Enumerable.Range(0, 2).Select(party => Task.Run(async () =>
        {
            using var lockstep = new Lockstep(new NoMatrices(), new CountingMesh(meshes[party], () => exchanges[party]++));
            await lockstep.RunAsync(work[party], TestContext.Current.CancellationToken);
        })));
        return work;
    }

    private sealed class Talker(Lane lane, int length, int rounds, Action each, Action ended, Task other) : ILaneWork
    {
        public Lane Lane => lane;

        public int Length => length;

        public int Rounds => rounds;

        public List<byte> Heard { get; } = [];

        public async ValueTask RunAsync()
        {
            try
            {
                Memory<byte>[] theirs = [new byte[length], new byte[length]];
                for (var round = 0; round < rounds; round++)
                {
                    var mine = Enumerable.Repeat(Byte(lane.Index, length, round), length).ToArray();
                    await lane.ExchangeAsync(mine, theirs, default);
                    Assert.Single(theirs[1 - lane.Index].ToArray().Distinct());
                    Heard.Add(theirs[1 - lane.Index].Span[0]);
                    each();
                }
                await other;
            }
            finally
            {
                ended();
            }
        }
    }

    private sealed class NoMatrices : IMatrixProducts
    {
        public void Multiply(MatrixSlot slot, ReadOnlySpan<double> ds, int n, Span<double> products) => throw new InvalidOperationException("no lane multiplies");
    }

    private sealed class CountingMesh(IMesh inner, Action count) : IMesh
    {
        public int Index => inner.Index;

        public int Count => inner.Count;

        public ValueTask ExchangeAsync(ReadOnlyMemory<byte> mine, Memory<byte>[] theirs, CancellationToken cancellation)
        {
            count();
            return inner.ExchangeAsync(mine, theirs, cancellation);
        }

        public ValueTask DisposeAsync() => inner.DisposeAsync();
    }
}
