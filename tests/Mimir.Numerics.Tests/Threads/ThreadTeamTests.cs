using CsCheck;
using Mimir.Numerics.Threads;

namespace Mimir.Numerics.Tests.Threads;

/// <summary>Parts are done once each, by whichever thread; the caller waits for all of them.</summary>
public sealed class ThreadTeamTests
{
    [Theory]
    [InlineData(1, 5)]
    [InlineData(2, 2)]
    [InlineData(3, 3)]
    [InlineData(4, 2)]
    [InlineData(3, 64)]
    public void Every_part_runs_once(int threads, int parts)
    {
        using var team = new ThreadTeam(threads);
        for (var round = 0; round < 200; round++)
        {
            Span<int> counts = new int[parts];
            Counting work = new(counts);
            team.Run(ref work, parts);
            foreach (var count in counts) Assert.Equal(1, count);
        }
    }

    [Fact]
    public void Two_threads_work_at_the_same_time()
    {
        using var team = new ThreadTeam(2);
        using var both = new Barrier(2);
        Meeting work = new(both);
        team.Run(ref work, 2);
        Assert.Equal(1, both.CurrentPhaseNumber);
    }

    [Fact]
    public void Spans_follow_what_the_collector_moves()
    {
        using var team = new ThreadTeam(3);
        for (var round = 0; round < 20; round++)
        {
            // Young, and with garbage before it, so that compacting moves it.
            _ = new byte[5000];
            Span<int> counts = new int[1000];
            Moving work = new(counts);
            team.Run(ref work, 6);
            foreach (var count in counts) Assert.Equal(6, count);
        }
    }

    [Fact]
    public void What_a_part_throws_reaches_the_caller_after_the_others_have_ended()
    {
        using var team = new ThreadTeam(3);
        Span<int> counts = new int[9];
        Failing work = new(counts);
        InvalidOperationException? thrown = null;
        try
        {
            team.Run(ref work, 9);
        }
        catch (InvalidOperationException failure)
        {
            thrown = failure;
        }
        Assert.Equal("part 4", thrown?.Message);
        foreach (var count in counts) Assert.Equal(1, count);
        Counting again = new(counts);
        team.Run(ref again, 9);
        foreach (var count in counts) Assert.Equal(2, count);
    }

    [Fact]
    public void A_busy_team_and_an_ended_one_leave_all_parts_to_the_caller()
    {
        var team = new ThreadTeam(2);
        Span<int> counts = new int[4];
        Nested work = new(team, counts);
        team.Run(ref work, 1);
        team.Run(ref work, 3);
        foreach (var count in counts) Assert.Equal(4, count);
        team.Dispose();
        Counting alone = new(counts);
        team.Run(ref alone, 4);
        foreach (var count in counts) Assert.Equal(5, count);
    }

    [Fact]
    public void Parts_cover_the_work_without_overlap() =>
        Gen.Select(Gen.Int[1, 40], Gen.Int[0, 5000], Gen.Int[1, 128]).Sample((parts, length, unit) =>
        {
            Assert.Equal(0, ThreadTeam.Start(0, parts, length, unit));
            Assert.Equal(length, ThreadTeam.Start(parts, parts, length, unit));
            for (var part = 0; part < parts; part++)
            {
                int start = ThreadTeam.Start(part, parts, length, unit), end = ThreadTeam.Start(part + 1, parts, length, unit);
                Assert.True(start <= end);
                Assert.True(start % unit == 0 || start == length);
            }
        });

    [Fact]
    public void Steady_state_allocates_nothing()
    {
        using var team = new ThreadTeam(3);
        Span<int> counts = new int[3];
        Counting work = new(counts);
        for (var i = 0; i < 100; i++) team.Run(ref work, 3);
        var before = GC.GetAllocatedBytesForCurrentThread();
        for (var i = 0; i < 100; i++) team.Run(ref work, 3);
        Assert.Equal(before, GC.GetAllocatedBytesForCurrentThread());
    }

    private readonly ref struct Counting(Span<int> counts) : IPartedWork
    {
        private readonly Span<int> _counts = counts;

        public void Run(int part) => Interlocked.Increment(ref _counts[part]);
    }

    private readonly ref struct Meeting(Barrier both) : IPartedWork
    {
        public void Run(int part) => Assert.True(both.SignalAndWait(TimeSpan.FromSeconds(60)));
    }

    private readonly ref struct Moving(Span<int> counts) : IPartedWork
    {
        private readonly Span<int> _counts = counts;

        public void Run(int part)
        {
            if (part == 2) GC.Collect(2, GCCollectionMode.Forced, blocking: true, compacting: true);
            foreach (ref var count in _counts) Interlocked.Increment(ref count);
        }
    }

    private readonly ref struct Failing(Span<int> counts) : IPartedWork
    {
        private readonly Span<int> _counts = counts;

        public void Run(int part)
        {
            Interlocked.Increment(ref _counts[part]);
            if (part == 4) throw new InvalidOperationException("part 4");
        }
    }

    private readonly ref struct Nested(ThreadTeam team, Span<int> counts) : IPartedWork
    {
        private readonly Span<int> _counts = counts;

        public void Run(int part)
        {
            Counting inner = new(_counts);
            team.Run(ref inner, _counts.Length);
        }
    }
}
