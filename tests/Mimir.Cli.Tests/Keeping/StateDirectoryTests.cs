using Mimir.Cli.Keeping;

namespace Mimir.Cli.Tests.Keeping;

/// <summary>Who keeps a cluster, and what is left of one.</summary>
public sealed class StateDirectoryTests : IDisposable
{
    private readonly string _folder = Directory.CreateTempSubdirectory("mimir-state-").FullName;

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    private static readonly KeptCluster Cluster = new()
    {
        Keeper = 1, Started = DateTimeOffset.UnixEpoch, Ready = true, Model = "/m/tiny", Parties = 3, Active = true, PublicWeights = true, ScaleBits = 16, Coordinator = "127.0.0.1:5",
    };

    [Fact]
    public async Task A_state_counts_only_while_its_keeper_holds_the_lock()
    {
        var state = new StateDirectory(Path.Combine(_folder, "mimir"));
        Assert.False(state.IsHeld);
        var held = await state.TryLockAsync(TestContext.Current.CancellationToken);
        Assert.NotNull(held);
        state.Write(Cluster);
        Assert.True(state.IsHeld);
        Assert.Null(await state.TryLockAsync(TestContext.Current.CancellationToken));
        Assert.Equal(Cluster with { Processes = [] }, state.Read()! with { Processes = Cluster.Processes });
        Assert.Null(state.Ended);

        held.Dispose();
        Assert.Null(state.Read());
        Assert.Contains("broke off", state.Ended, StringComparison.Ordinal);
        Assert.Contains("ended by itself", Assert.Throws<NoClusterException>(() => NoClusterException.Require(state)).Message, StringComparison.Ordinal);
        Assert.True(state.Clean(logs: true));
        Assert.False(state.Clean(logs: true));
        Assert.Null(state.Ended);
    }

    [Fact]
    public void The_directory_is_its_users_alone_even_when_it_was_not()
    {
        Assert.SkipWhen(OperatingSystem.IsWindows(), "modes are Unix's");
        var path = Path.Combine(_folder, "mimir");
        Directory.CreateDirectory(path);
        if (!OperatingSystem.IsWindows())
        {
            File.SetUnixFileMode(path, (UnixFileMode)0b111_101_101);
            _ = new StateDirectory(path);
            Assert.Equal(UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute, File.GetUnixFileMode(path));
        }
    }

    [Fact]
    public async Task A_torn_state_is_none()
    {
        var state = new StateDirectory(_folder);
        using var held = await state.TryLockAsync(TestContext.Current.CancellationToken);
        await File.WriteAllTextAsync(Path.Combine(_folder, "cluster.json"), "{\"keeper\": 1", TestContext.Current.CancellationToken);
        Assert.Null(state.Read());
        Assert.Contains("try again", Assert.Throws<NoClusterException>(() => NoClusterException.Require(state)).Message, StringComparison.Ordinal);
    }
}
