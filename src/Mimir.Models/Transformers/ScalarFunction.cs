namespace Mimir.Models.Transformers;

/// <summary>The smooth functions of one variable that transformers use between linear layers.</summary>
public enum ScalarFunction
{
    /// <summary>x·sigmoid(x).</summary>
    Silu,

    /// <summary>x·Φ(x), exactly (erf).</summary>
    Gelu,

    /// <summary>GPT-2's approximation 0.5·x·(1 + tanh(√(2/π)(x + 0.044715·x³))).</summary>
    GeluTanh,
}
