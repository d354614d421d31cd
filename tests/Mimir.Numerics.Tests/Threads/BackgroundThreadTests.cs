using System.Globalization;
using Mimir.Numerics.Threads;
using Xunit;

namespace Mimir.Numerics.Tests.Threads;

public sealed class BackgroundThreadTests
{
    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Work_and_what_follows_its_awaits_run_on_one_thread()
    {
        using var background = new BackgroundThread("test");
        var first = await background.RunAsync(() => Environment.CurrentManagedThreadId, Cancellation);
        var (before, after) = await background.RunAsync(
            async () =>
            {
                var entered = Environment.CurrentManagedThreadId;
                await Task.Delay(1, Cancellation);
                return (entered, Environment.CurrentManagedThreadId);
            },
            Cancellation);
        Assert.Equal((first, first), (before, after));
        Assert.NotEqual(first, Environment.CurrentManagedThreadId);
    }

    [Fact]
    public async Task Its_priority_is_lower_and_nobody_elses()
    {
        Assert.SkipUnless(OperatingSystem.IsLinux(), "thread priorities are read from /proc");
        var own = Nice();
        using var background = new BackgroundThread("test");
        Assert.Equal(Math.Max(own, 10), await background.RunAsync(Nice, Cancellation));
        Assert.Equal(own, Nice());
    }

    [Fact]
    public async Task Failures_come_back_and_it_goes_on()
    {
        using var background = new BackgroundThread("test");
        await Assert.ThrowsAsync<FormatException>(() => background.RunAsync(() => int.Parse("x", CultureInfo.InvariantCulture), Cancellation));
        await Assert.ThrowsAsync<InvalidDataException>(() => background.RunAsync<int>(
            async () =>
            {
                await Task.Yield();
                throw new InvalidDataException();
            },
            Cancellation));
        Assert.Equal(3, await background.RunAsync(() => 3, Cancellation));
    }

    /// <summary>Field 19 of stat, behind the name, which may have spaces.</summary>
    private static int Nice()
    {
        var stat = File.ReadAllText("/proc/thread-self/stat");
        return int.Parse(stat[(stat.LastIndexOf(')') + 2)..].Split(' ')[16], CultureInfo.InvariantCulture);
    }
}
