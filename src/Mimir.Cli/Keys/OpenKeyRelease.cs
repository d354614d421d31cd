using Mimir.Trust.KeyRelease;

namespace Mimir.Cli.Keys;

/// <summary>A key release with the connections, keys and tokens that it uses, which end with it.</summary>
/// <param name="release">The release.</param>
/// <param name="owned">Disposed of in reverse order.</param>
internal sealed class OpenKeyRelease(IKeyRelease release, params IReadOnlyList<IDisposable> owned) : IKeyRelease, IDisposable
{
    /// <inheritdoc/>
    public Task<DataKey> ReleaseAsync(string keyName, CancellationToken cancellation) => release.ReleaseAsync(keyName, cancellation);

    /// <inheritdoc/>
    public void Dispose()
    {
        foreach (var item in owned.Reverse()) item.Dispose();
    }
}
