namespace Mimir.Models.Store;

/// <summary>
/// A model that is being put together beside its place. It holds a lock, so that two processes do not write the same one. Disposed before it was installed, it
/// is deleted, unless it is kept for a later attempt at the same revision.
/// </summary>
internal sealed class StagedModel : IDisposable
{
    private readonly ModelStore _store;
    private readonly ModelName _name;
    private readonly FileStream _lock;
    private bool _kept;

    /// <exception cref="ModelStoreException">Somebody else holds the lock.</exception>
    public StagedModel(ModelStore store, ModelName name, string path, string? revision)
    {
        (_store, _name, _kept) = (store, name, revision is not null);
        try
        {
            _lock = new FileStream(path + ".lock", FileMode.OpenOrCreate, FileAccess.ReadWrite, FileShare.None);
        }
        catch (IOException e)
        {
            throw new ModelStoreException($"another process is storing {name} in {store.Root}; wait for it, or stop it", e);
        }
        Directory = revision is null ? path : $"{path}@{revision}";
        foreach (var stale in System.IO.Directory.EnumerateDirectories(System.IO.Path.GetDirectoryName(path)!))
            if ((stale == path || stale.StartsWith(path + "@", StringComparison.Ordinal)) && (stale != Directory || revision is null)) System.IO.Directory.Delete(stale, recursive: true);
        System.IO.Directory.CreateDirectory(Directory);
    }

    /// <summary>Where files go.</summary>
    public string Directory { get; }

    /// <summary>Checks that Mimir can run what is there, writes the manifest, and puts it into the store.</summary>
    /// <exception cref="ModelFormatException">Mimir does not run it; says why.</exception>
    public async Task<ModelManifest> InstallAsync(string source, string? revision, IProgress<Transfer>? progress, CancellationToken cancellation)
    {
        var manifest = await ModelManifest.OfAsync(Directory, _name, source, revision, progress, cancellation);
        manifest.Write(Directory);
        cancellation.ThrowIfCancellationRequested();
        _store.Install(Directory, _name);
        return manifest;
    }

    /// <summary>What is there is of no use to a later attempt.</summary>
    public void Abandon() => _kept = false;

    /// <inheritdoc/>
    public void Dispose()
    {
        if (!_kept && System.IO.Directory.Exists(Directory)) System.IO.Directory.Delete(Directory, recursive: true);
        // The file stays: who deletes it may take it from somebody who has just opened it.
        _lock.Dispose();
    }
}
