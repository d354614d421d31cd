namespace Mimir.Overlay.Descriptors;

/// <summary>A descriptor that must not be used.</summary>
public sealed class DescriptorException(DescriptorRefusal refusal, string message) : Exception(message)
{
    /// <summary>The reason.</summary>
    public DescriptorRefusal Refusal => refusal;
}
