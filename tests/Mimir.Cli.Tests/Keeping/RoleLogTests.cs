using Mimir.Cli.Keeping;

namespace Mimir.Cli.Tests.Keeping;

/// <summary>Logs stay small, and whoever follows them misses nothing.</summary>
public sealed class RoleLogTests : IDisposable
{
    private readonly string _folder = Directory.CreateTempSubdirectory("mimir-log-").FullName;

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    [Fact]
    public void A_log_has_two_files_of_bounded_size()
    {
        var log = new RoleLog(_folder, "p0", TimeProvider.System);
        var line = new string('x', 4000);
        for (var i = 0; i < 800; i++) log.Write(line);
        Assert.InRange(new FileInfo(log.File).Length, 1, RoleLog.LargestFile);
        Assert.InRange(new FileInfo(log.Older).Length, 1, RoleLog.LargestFile);
        Assert.Equal(2, Directory.EnumerateFiles(_folder).Count());
    }

    [Fact]
    public void Lines_are_single_and_bounded()
    {
        var log = new RoleLog(_folder, "p0", TimeProvider.System);
        log.Write("a\nb\u001b[31m" + new string('c', 10_000));
        var lines = File.ReadAllLines(log.File);
        Assert.Single(lines);
        Assert.InRange(lines[0].Length, 4000, 4200);
        Assert.DoesNotContain('\u001b', lines[0]);
    }

    [Fact]
    public void A_follower_sees_every_line_once_across_a_new_file()
    {
        var log = new RoleLog(_folder, "p0", TimeProvider.System);
        var reader = new LogReader(_folder, null);
        var (seen, written) = (new List<string>(), new List<string>());
        for (var i = 0; i < 1500; i++)
        {
            written.Add($"{i} {new string('y', 1000)}");
            log.Write(written[^1]);
            if (i % 100 == 0) seen.AddRange(reader.News().Select(l => l.Text[25..]));
        }
        seen.AddRange(reader.News().Select(l => l.Text[25..]));
        Assert.True(File.Exists(log.Older));
        Assert.Equal(written.Order(StringComparer.Ordinal), seen.Order(StringComparer.Ordinal));
    }

    [Fact]
    public void The_tail_of_all_logs_is_in_order_of_time()
    {
        var clock = new Clock();
        var (a, b) = (new RoleLog(_folder, "a", clock), new RoleLog(_folder, "b", clock));
        for (var i = 0; i < 6; i++) (i % 2 == 0 ? a : b).Write($"line {i}");
        Assert.Equal(["line 3", "line 4", "line 5"], new LogReader(_folder, null).Tail(3).Select(l => l.Text[25..]));
        Assert.Equal(["b", "b", "b"], new LogReader(_folder, "b").Tail(10).Select(l => l.Source));
        Assert.Contains("a, b", Assert.Throws<UsageException>(() => new LogReader(_folder, "c")).Message, StringComparison.Ordinal);
    }

    private sealed class Clock : TimeProvider
    {
        private DateTimeOffset _now = DateTimeOffset.UnixEpoch;

        public override DateTimeOffset GetUtcNow() => _now += TimeSpan.FromSeconds(1);
    }
}
