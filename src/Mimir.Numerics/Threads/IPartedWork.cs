namespace Mimir.Numerics.Threads;

/// <summary>Work that falls into parts which may run at the same time: no part reads what another one writes.</summary>
public interface IPartedWork
{
    /// <summary>Does part <paramref name="part"/>.</summary>
    void Run(int part);
}
