namespace Mimir.Trust.SealedFiles;

/// <summary>
/// Remembers, outside the sealed files, the newest version of each that was ever written or opened: what makes an old copy put back recognisable.
/// </summary>
public interface IMonotonicCounter
{
    /// <summary>The largest value known for <paramref name="label"/>; 0 when there is none.</summary>
    ulong Read(string label);

    /// <summary>Raises the value to <paramref name="value"/>; does nothing when it is there already. It never falls.</summary>
    void AdvanceTo(string label, ulong value);
}
