namespace Mimir.Overlay.Interfaces;

/// <summary>What an interface lives by. Disposing of it removes the interface.</summary>
internal interface IInterfaceMaker : IDisposable
{
    /// <summary>Ends when the interface is gone, for whatever reason.</summary>
    Task Exited { get; }

    /// <summary>Why it is gone, as far as its maker said.</summary>
    Task<string> LastWordsAsync();
}
