namespace Mimir.Trust.KeyRelease;

/// <summary>
/// Keys from a directory of <c>NAME.key</c> files (<see cref="DataKeyFile"/>). LABORATORY ONLY: nothing is attested, whoever reads the
/// directory has the keys.
/// </summary>
public sealed class LocalKeyRelease(string directory) : IKeyRelease
{
    /// <inheritdoc/>
    public Task<DataKey> ReleaseAsync(string keyName, CancellationToken cancellation)
    {
        var path = Path.Combine(directory, PeerName.Require(keyName) + ".key");
        if (!File.Exists(path)) throw new KeyReleaseException(KeyRefusal.UnknownKey, $"{path}: there is no such key");
        var key = DataKeyFile.Load(path);
        if (key.Name == keyName) return Task.FromResult(key);
        key.Dispose();
        throw new KeyReleaseException(KeyRefusal.MalformedAnswer, $"{path}: holds the key of another name");
    }
}
