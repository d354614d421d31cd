using System.Text.Json;

namespace Mimir.Cli.Keeping;

/// <summary>
/// Where `mimir up` keeps what others need to find its cluster: $XDG_STATE_HOME/mimir, or ~/.local/state/mimir; only its user may enter. Whoever keeps the
/// cluster holds a lock that the system releases however its process ends, so what a crash or a reboot left behind is known for what it is.
/// </summary>
internal sealed class StateDirectory
{
    private const UnixFileMode OwnerOnly = UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute;
    private const int MostBytes = 1 << 16;
    private static readonly TimeSpan Moment = TimeSpan.FromMilliseconds(20);

    /// <summary>The directory at <paramref name="path"/>, made if need be.</summary>
    /// <exception cref="UsageException">It cannot be made or used.</exception>
    public StateDirectory(string path)
    {
        Path = path;
        try
        {
            if (OperatingSystem.IsWindows()) Directory.CreateDirectory(path);
            else
            {
                Directory.CreateDirectory(path, OwnerOnly);
                File.SetUnixFileMode(path, OwnerOnly);
            }
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException)
        {
            throw new UsageException($"{path}: cannot hold the cluster's state: {error.Message}; set XDG_STATE_HOME to a directory of your own");
        }
    }

    /// <summary>The directory itself.</summary>
    public string Path { get; }

    /// <summary>Keys of the roles while they start; empty afterwards.</summary>
    public string KeyDirectory => In("keys");

    /// <summary>The identity with which commands of this user talk to the cluster, and the authority's ca.pem.</summary>
    public string ClientDirectory => In("client");

    /// <summary>A configuration for `mimir generate --config` and the like.</summary>
    public string ClientConfiguration => In("client.yaml");

    /// <summary>Logs by role.</summary>
    public string LogDirectory => In("logs");

    /// <summary>Where `mimir down` is heard.</summary>
    public string ControlSocket => In("control");

    private string LockFile => In("lock");

    private string StateFile => In("cluster.json");

    private string EndFile => In("ended");

    /// <summary>The user's.</summary>
    /// <exception cref="UsageException">It cannot be made or used, or nobody says where.</exception>
    public static StateDirectory OfUser()
    {
        // The specification has relative paths ignored.
        var home = Environment.GetEnvironmentVariable("XDG_STATE_HOME") is { } set && System.IO.Path.IsPathRooted(set) ? set : null;
        var user = Environment.GetFolderPath(Environment.SpecialFolder.UserProfile);
        if (home is null && user.Length == 0) throw new UsageException("neither XDG_STATE_HOME nor HOME is set; the cluster's state needs a directory");
        return new StateDirectory(System.IO.Path.Combine(home ?? System.IO.Path.Combine(user, ".local", "state"), "mimir"));
    }

    /// <summary>The lock of whoever keeps the cluster, or null when somebody has it.</summary>
    public async Task<IDisposable?> TryLockAsync(CancellationToken cancellation)
    {
        // Somebody who only looks holds it for a moment.
        for (var attempt = 0; attempt < 10; attempt++)
        {
            if (Open(FileAccess.ReadWrite, FileShare.None) is { } file) return file;
            await Task.Delay(Moment, cancellation);
        }
        return null;
    }

    /// <summary>Whether somebody keeps a cluster here.</summary>
    public bool IsHeld
    {
        get
        {
            if (!File.Exists(LockFile)) return false;
            using var file = Open(FileAccess.Read, FileShare.Read);
            return file is null;
        }
    }

    /// <summary>The cluster that is kept here; null when there is none, or its keeper has not come so far.</summary>
    public KeptCluster? Read()
    {
        if (!IsHeld) return null;
        try
        {
            var file = new FileInfo(StateFile);
            return file.Exists && file.Length <= MostBytes ? JsonSerializer.Deserialize(File.ReadAllBytes(StateFile), KeptJson.Default.KeptCluster) : null;
        }
        catch (Exception error) when (error is IOException or JsonException)
        {
            return null;
        }
    }

    /// <summary>Replaces what others read, as a whole.</summary>
    public void Write(KeptCluster cluster)
    {
        File.WriteAllBytes(StateFile + ".new", JsonSerializer.SerializeToUtf8Bytes(cluster, KeptJson.Default.KeptCluster));
        File.Move(StateFile + ".new", StateFile, overwrite: true);
    }

    /// <summary>Why the last cluster ended by itself, when it did.</summary>
    public string? Ended
    {
        get => File.Exists(EndFile) ? File.ReadAllText(EndFile).TrimEnd() : File.Exists(StateFile) && !IsHeld ? "it broke off without a word: killed, or the machine went down" : null;
        set
        {
            if (value is null) File.Delete(EndFile);
            else File.WriteAllText(EndFile, value + "\n");
        }
    }

    /// <summary>Removes what a cluster leaves: keys, identity, state, socket; with <paramref name="logs"/> also logs and the reason of its end. True when there was anything.</summary>
    public bool Clean(bool logs)
    {
        string[] directories = logs ? [KeyDirectory, ClientDirectory, LogDirectory] : [KeyDirectory, ClientDirectory];
        string[] files = logs ? [StateFile, ControlSocket, ClientConfiguration, EndFile] : [StateFile, ControlSocket, ClientConfiguration];
        var found = false;
        foreach (var directory in directories.Where(Directory.Exists))
        {
            Directory.Delete(directory, recursive: true);
            found = true;
        }
        foreach (var file in files.Where(File.Exists))
        {
            File.Delete(file);
            found = true;
        }
        return found;
    }

    private string In(string name) => System.IO.Path.Combine(Path, name);

    private FileStream? Open(FileAccess access, FileShare share)
    {
        try
        {
            return new FileStream(LockFile, FileMode.OpenOrCreate, access, share);
        }
        catch (IOException)
        {
            return null;
        }
    }
}
